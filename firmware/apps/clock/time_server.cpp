// SPDX-License-Identifier: MIT
#include "firmware/apps/clock/time_server.hpp"

#include <algorithm>

#include "firmware/board.hpp"
#include "firmware/kit/uptime.hpp"
#include "firmware/net/frame_times.hpp"
#include "firmware/net/network.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime::firmware {
namespace {

// It covers the reading of the counter, and how much the time from that to a packet's departure varies.
constexpr std::int8_t kPrecision = -17;

constexpr nanoseconds kLongestSending = std::chrono::milliseconds{10};
constexpr int kSmoothing = 4;

constexpr auto make_rules() {
  std::array<AccessRule, kLocalPrefixes.size()> rules{};
  for (std::size_t i = 0; i < rules.size(); ++i) rules[i] = {kLocalPrefixes[i], Access::kAllow};
  return rules;
}
constexpr auto kRules = make_rules();

std::uint32_t random_word() {
  return static_cast<std::uint32_t>(board::random());
}

}  // namespace

DeviceStanding standing_of(const DeviceClock& clock, const NtpFollowing& following, MonoTime now) {
  const ClockStanding standing = clock.timekeeper().standing(now);
  DeviceStanding device;
  device.time = clock.at(now);
  device.is_vouched = standing.ever_set && standing.vouched;
  if (!device.time) return device;
  const nanoseconds age = standing.age.value_or(nanoseconds::zero());
  device.confirmed_at = WallTime{saturated_difference(device.time->time.time_since_epoch(), age)};
  const auto& measurement = following.follower().followed();
  if (!clock.is_following_server() || !measurement) return device;
  const nanoseconds since = elapsed(measurement->time, clock.free_time(now));
  device.server = FollowedServer{
      .header = measurement->server,
      .delay = measurement->delay,
      .measured_at = WallTime{saturated_difference(device.time->time.time_since_epoch(), since)},
      .address = {following.follower().server().address.v4_value()}};
  return device;
}

TimeServer::TimeServer(const DeviceClock& clock, NtpFollowing& following, const std::optional<CmacKey>& key)
    : clock_(clock), following_(following), key_(key), hash_seed_(random_word() | 1U) {}

bool TimeServer::open(std::uint16_t port) {
  const auto take = [](void* context, const net::Arrival& arrival) {
    static_cast<TimeServer*>(context)->on_arrival(arrival);
  };
  return port_.open(port, take, this);
}

// A clock that is unset stamps with what it counts from its build on, and says that this is no time.
WallTime TimeServer::stamp(MonoTime at) const {
  return clock_.wall(at).value_or(clock_.free_time(at));
}

RateLimit& TimeServer::limit_of(IpAddress client) {
  constexpr int kTopBits = 32 - 5;
  static_assert(kLimits == 1U << 5U);
  const std::uint32_t mixed = (client.v4_value() ^ hash_seed_) * 0x9e37'79b1U;
  return limits_[(mixed ^ hash_seed_) >> kTopBits];
}

void TimeServer::on_arrival(const net::Arrival& arrival) {
  if (arrival.to != net::address()) return following_.on_broadcast(arrival);
  const Request request{.bytes = arrival.bytes,
                        .from = arrival.from,
                        .to = {.address = arrival.to, .port = port_.port()},
                        .received = stamp(arrival.at)};
  const auto parsed = parse_request(request, kRules);
  if (parsed && answer(*parsed, arrival)) {
    ++replies_;
  } else {
    ++refusals_;
  }
}

bool TimeServer::answer(const ParsedRequest& parsed, const net::Arrival& arrival) {
  const Allowance allowance = limit_of(arrival.from.address).admit(arrival.at, random_word());
  if (allowance == Allowance::kNothing) return false;
  if (parsed.mac && !(key_ && is_signed_by(*key_, arrival.bytes, *parsed.mac))) return false;
  const WallTime received = stamp(arrival.at);
  std::array<std::uint8_t, kHeaderSize + kNtpCmacSize> packet{};
  Reply reply;
  if (allowance == Allowance::kKiss) {
    reply = kiss_rate(parsed, received, RateLimit::kKissPoll);
  } else {
    const MonoTime now = uptime();
    const ServerState state = server_state(standing_of(clock_, following_, now), kPrecision);
    reply = Account{state, stamp(now)}.answer(parsed, received);
  }
  nanoseconds& departs_after = departs_after_[parsed.mac ? 1 : 0];
  const MonoTime stamped = uptime();
  if (allowance != Allowance::kKiss) stamp_transmit(reply, stamp(stamped + departs_after));
  std::copy(reply.begin(), reply.end(), packet.begin());
  if (parsed.mac) {
    const auto mac = ntp_cmac(*key_, reply);
    std::copy(mac.begin(), mac.end(), packet.begin() + kHeaderSize);
  }
  if (!port_.send(arrival.from, Bytes{packet}.first(parsed.mac ? packet.size() : kHeaderSize))) return false;
  if (allowance == Allowance::kKiss) return true;
  const nanoseconds took =
      std::clamp(elapsed(stamped, net::departed()), nanoseconds::zero(), kLongestSending);
  const bool is_first = departs_after == nanoseconds::zero();
  departs_after += (took - departs_after) / (is_first ? 1 : kSmoothing);
  return true;
}

}  // namespace isletime::firmware
