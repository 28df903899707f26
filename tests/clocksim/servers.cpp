// SPDX-License-Identifier: MIT
#include "tests/clocksim/servers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace isletime::clocksim {
namespace {

constexpr std::uint32_t kNtpToUnix = 2'208'988'800;
constexpr double kFractions = 4'294'967'296.0;
constexpr double kFirstMinutes = 300;
constexpr double kLeastDelay = 1e-6;

// RFC 5905, section 7.3, defines these offsets.
namespace field {
constexpr std::size_t kStratum = 1;
constexpr std::size_t kPrecision = 3;
constexpr std::size_t kReferenceId = 12;
constexpr std::size_t kReference = 16;
constexpr std::size_t kOrigin = 24;
constexpr std::size_t kReceive = 32;
constexpr std::size_t kTransmit = 40;
}  // namespace field

double noise(const Settings& settings, Random& random) {
  switch (settings.noise) {
    case Noise::kExponential:
      return random.exponential(settings.jitter);
    case Noise::kPareto:
      return random.pareto(1.5, settings.jitter);
    case Noise::kGamma:
      return random.gamma(2, settings.jitter);
  }
  return 0;
}

}  // namespace

void store_stamp(std::uint8_t* at, double epoch, double time) {
  const double whole = std::floor(time);
  const auto seconds = static_cast<std::uint32_t>(static_cast<std::int64_t>(epoch + whole) + kNtpToUnix);
  const auto fraction = static_cast<std::uint32_t>((time - whole) * kFractions);
  for (int i = 0; i < 4; ++i) {
    at[i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
    at[4 + i] = static_cast<std::uint8_t>(fraction >> (24 - 8 * i));
  }
}

double load_stamp(const std::uint8_t* at, double epoch) {
  std::uint32_t seconds = 0;
  std::uint32_t fraction = 0;
  for (int i = 0; i < 4; ++i) {
    seconds = seconds << 8 | at[i];
    fraction = fraction << 8 | at[4 + i];
  }
  const auto start = static_cast<std::uint32_t>(static_cast<std::int64_t>(epoch) + kNtpToUnix);
  return static_cast<std::int32_t>(seconds - start) + fraction / kFractions;
}

std::optional<Servers::Reply> Servers::ask(int number, const std::uint8_t* query, std::size_t size,
                                           double now, double asleep) {
  Server& server = servers_[number];
  count(server, now);
  const bool link_is_up = std::fmod(now, settings_.period) <= settings_.up;
  const double loss = settings_.loss + events_.value(Quantity::kLoss, now, number);
  if (size != std::tuple_size_v<Header> || !link_is_up || random_.chance(loss)) return std::nullopt;

  const double received = now + one_way(Quantity::kUp, number, now);
  const double left = received + settings_.send_path;
  Reply reply{left + one_way(Quantity::kDown, number, now), {}, size};
  std::uint8_t* bytes = reply.bytes.data();
  const int leap = received < settings_.leap_at && received > settings_.leap_at - 86'400 ? 0x40 : 0;
  const double tick = events_.value(Quantity::kTick, received, number);
  bytes[0] = static_cast<std::uint8_t>(leap | (query[0] & 0x38) | 4);
  bytes[field::kStratum] = 1;
  const long precision = tick > 0 ? std::lround(std::ceil(std::log2(tick))) : -23;
  bytes[field::kPrecision] = static_cast<std::uint8_t>(precision);
  std::copy_n("TRUE", 4, bytes + field::kReferenceId);
  const double stamp = clock_of(number, received, asleep);
  store_stamp(bytes + field::kReference, settings_.epoch, stamp - 1);
  std::memcpy(bytes + field::kOrigin, query + field::kTransmit, 8);
  store_stamp(bytes + field::kReceive, settings_.epoch, stamp);
  store_stamp(bytes + field::kTransmit, settings_.epoch, stamp);
  // RFC 9769, section 2: a client that names the previous reply by its receive timestamp learns when it left.
  auto& last = server.last_received;
  if (std::equal(last.begin(), last.end(), query + field::kOrigin) && query[field::kOrigin] != 0) {
    std::memcpy(bytes + field::kOrigin, query + field::kReceive, 8);
    store_stamp(bytes + field::kTransmit, settings_.epoch, clock_of(number, server.last_left, asleep));
  }
  std::memcpy(last.data(), bytes + field::kReceive, 8);
  server.last_left = left;
  if (random_.chance(events_.value(Quantity::kGarbled, now, number))) garble(reply);
  return reply;
}

void Servers::print() const {
  long packets = 0;
  for (const auto& [number, server] : servers_) packets += server.packets;
  std::printf("packets %ld\n", packets);
  for (const auto& [number, server] : servers_) {
    std::printf("packets_%d %ld\n", number, server.packets);
    if (server.least_spacing) std::printf("spacing_%d_s %.3f\n", number, *server.least_spacing);
  }
}

void Servers::count(Server& server, double now) const {
  ++server.packets;
  if (now > kFirstMinutes && server.last_packet > 0) {
    const double spacing = now - server.last_packet;
    server.least_spacing = std::min(server.least_spacing.value_or(spacing), spacing);
  }
  server.last_packet = now;
}

double Servers::one_way(Quantity way, int server, double now) {
  const double delay = settings_.delay + noise(settings_, random_) + events_.delay(way, now, server, random_);
  return std::max(delay, kLeastDelay);
}

double Servers::clock_of(int server, double time, double asleep) const {
  const double right = utc(time, asleep) + events_.value(Quantity::kError, time, server);
  const double tick = events_.value(Quantity::kTick, time, server);
  return tick > 0 ? std::floor(right / tick) * tick : right;
}

// Truncates the reply or changes one of its bytes.
void Servers::garble(Reply& reply) {
  if (random_.chance(0.5)) {
    reply.size = random_.byte() % reply.bytes.size();
  } else {
    std::uint8_t& byte = reply.bytes[random_.byte() % reply.bytes.size()];
    byte = static_cast<std::uint8_t>(byte ^ (1U << random_.byte() % 8U));
  }
}

}  // namespace isletime::clocksim
