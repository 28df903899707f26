// SPDX-License-Identifier: MIT
// Counts the instructions of what a device does most often. QEMU must run with -icount, so that its time is
// the number of instructions; the setting "instruction-ns" says how much time each takes. cycles_test.py
// judges.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "firmware/app.hpp"
#include "firmware/board.hpp"
#include "firmware/kit/settings.hpp"
#include "libsync/core/ntp_cmac.hpp"
#include "libsync/core/posix_tz.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/policy/access_rules.hpp"
#include "libsync/policy/clock_face.hpp"
#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/device_follower.hpp"
#include "libsync/policy/device_server_state.hpp"
#include "libsync/policy/rate_limit.hpp"
#include "libsync/policy/responder.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::firmware {
namespace {

using namespace std::chrono_literals;

constexpr Endpoint kServer{IpAddress::v4(0xc0a8'0401), 123};
constexpr Endpoint kClient{IpAddress::v4(0xc000'0209), 50'000};
constexpr Endpoint kUs{IpAddress::v4(0xc000'0202), 123};
constexpr std::array kRules{AccessRule{kLocalPrefixes[0], Access::kAllow},
                            AccessRule{{{0, 0}, 0}, Access::kAllow}};
constexpr WallTime kBuilt{1'790'000'000s};
constexpr std::int8_t kPrecision = -17;

std::uint32_t ticks_of(auto&& operation) {
  const std::uint32_t begun = board::ticks();
  operation();
  return board::ticks() - begun;
}

std::uint64_t instructions_in(std::uint64_t ticks) {
  constexpr std::uint64_t kSecondNs = 1'000'000'000;
  static const std::uint32_t instruction_ns = number_setting("instruction-ns", 1, 1 << 10);
  return ticks * (kSecondNs / board::ticks_per_second()) / instruction_ns;
}

// The count of an operation over its repetitions.
class Count {
 public:
  explicit Count(std::string_view name) : name_(name) {}

  void measure(auto&& operation) {
    static const std::uint32_t empty = ticks_of([] {});
    const std::uint32_t ticks = ticks_of(operation) - empty;
    ++times_;
    sum_ += ticks;
    most_ = std::max(most_, ticks);
  }

  void report() const {
    std::array<char, 100> line{};
    board::write(TextWriter{line}
                     .text("instructions: ")
                     .text(name_)
                     .text(": ")
                     .number(instructions_in(sum_) / times_)
                     .text(", at most ")
                     .number(instructions_in(most_))
                     .text("\n")
                     .view());
  }

 private:
  std::string_view name_;
  std::uint32_t times_ = 0;
  std::uint64_t sum_ = 0;
  std::uint32_t most_ = 0;
};

// Two instructions, a thousand times: it shows that instructions are counted.
void run_known_loop() {
#ifdef __arm__
  asm volatile("mov r0, #1000\n 0: subs r0, #1\n bne 0b" ::: "r0", "cc");
#else
  asm volatile("movi a8, 1000\n 0: addi a8, a8, -1\n bnez a8, 0b" ::: "a8");
#endif
}

// A device that follows a server over a radio of 2 ms of jitter, in a time of its own.
class Device {
 public:
  void exchange(Count& query_count, Count& reply_count) {
    now_ = std::max(now_, follower_.next_wakeup());
    std::optional<Query> query;
    query_count.measure([&] { query = follower_.poll(now_, random()); });
    if (!query) return;
    follower_.on_sent(now_);
    const MonoTime arrived = now_ + 1ms + jitter();
    const Header reply = fakes::honest_reply(parse_header(*query), stamp(arrived), stamp(arrived + 100us));
    const auto bytes = fakes::bytes_of(reply);
    now_ = arrived + 1100us + jitter();
    reply_count.measure([&] { (void)follower_.on_datagram(bytes, kServer, now_); });
  }

  // As firmware/apps/clock/time_server.cpp does it, without the network.
  Reply serve(Bytes bytes) {
    now_ += 10s;
    const WallTime received = clock_.wall(now_).value_or(kBuilt);
    const auto parsed = parse_request({bytes, kClient, kUs, received}, kRules);
    if (!parsed || limit_.admit(now_, 1) != Allowance::kWithin) return {};
    DeviceStanding standing{.time = clock_.at(now_),
                            .confirmed_at = received,
                            .is_vouched = clock_.timekeeper().standing(now_).vouched,
                            .server = {}};
    if (const auto& measurement = follower_.followed()) {
      standing.server = FollowedServer{.header = measurement->server,
                                       .delay = measurement->delay,
                                       .measured_at = received,
                                       .address = {kServer.address.v4_value()}};
    }
    const WallTime sent = clock_.wall(now_).value_or(kBuilt);
    Reply reply = Account{server_state(standing, kPrecision), sent}.answer(*parsed, received);
    stamp_transmit(reply, clock_.wall(now_).value_or(kBuilt));
    return reply;
  }

  std::optional<DeviceTime> time() const { return clock_.at(now_); }

 private:
  NtpTimestamp stamp(MonoTime at) const { return to_ntp(kBuilt + 24h + at.time_since_epoch()); }
  std::uint64_t random() {
    random_ = random_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return random_;
  }
  nanoseconds jitter() { return nanoseconds{static_cast<std::int64_t>(random() >> 43)}; }

  DeviceClock clock_{{.built = kBuilt}};
  DeviceFollower follower_{{.server = kServer}, clock_};
  RateLimit limit_;
  MonoTime now_{3s};
  std::uint64_t random_ = 1;
};

void count_following_and_serving() {
  static Device device;
  Count query{"query"};
  Count reply{"reply handled"};
  constexpr int kExchanges = 300;
  for (int i = 0; i < kExchanges; ++i) device.exchange(query, reply);
  Count estimate{"estimate"};
  Count served{"reply served"};
  Header client;
  client.mode = Mode::kClient;
  client.transmit = NtpTimestamp::from_raw(0x0123'4567'89ab'cdef);
  const auto request = fakes::bytes_of(client);
  constexpr int kRequests = 20;
  for (int i = 0; i < kRequests; ++i) {
    served.measure([&] { (void)device.serve(request); });
    estimate.measure([&] { (void)device.time(); });
  }
  const Header header = parse_header(device.serve(request));
  if (header.stratum != 3 || !device.time()) board::write("it does not serve\n");
  for (const Count& count : {query, reply, estimate, served}) count.report();
}

void count_signature() {
  constexpr std::array<std::uint8_t, Aes128Cmac::kKeySize> kKey{1, 2, 3};
  static CmacKey key{1, Aes128Cmac{kKey}};
  static std::array<std::uint8_t, kHeaderSize> packet{};
  Count count{"signature"};
  count.measure([&] { packet[0] = ntp_cmac(key, packet)[5]; });
  count.report();
}

void count_picture() {
  const auto zone = parse_posix_tz("CET-1CEST,M3.5.0,M10.5.0/3");
  if (!zone) return;
  Count count{"picture"};
  WallTime time = kBuilt;
  static Picture picture;
  constexpr int kPictures = 120;
  for (int i = 0; i < kPictures; ++i, time += 500ms) {
    count.measure([&] { picture = draw_face(FaceTime{local_time(*zone, time).civil, true}, {}).picture; });
  }
  count.report();
}

}  // namespace

int run() {
  Count known{"known loop"};
  known.measure(run_known_loop);
  known.report();
  count_following_and_serving();
  count_signature();
  count_picture();
  return 0;
}

}  // namespace isletime::firmware
