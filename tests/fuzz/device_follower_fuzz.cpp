// SPDX-License-Identifier: MIT
// A whole device that follows a server: the input is a sequence of exchanges, broadcasts, reports of other
// sources and forged datagrams. A model knows the truth; while nobody has lied, the bound must contain it.
#include <chrono>
#include <optional>

#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/device_follower.hpp"
#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/press_queue.hpp"
#include "tests/fakes/reply_maker.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

using std::chrono::milliseconds;

constexpr int kMostSteps = 600;
constexpr Endpoint kServer{IpAddress::v4(0xc0a8'0401), 123};
constexpr Endpoint kStranger{IpAddress::v4(0xc0a8'0402), 123};
constexpr WallTime kBuilt{seconds{1'790'000'000}};
constexpr WallTime kStart = kBuilt + std::chrono::hours{24 * 300};
// The counter is off by no more than this, always the same.
constexpr std::int64_t kMostPpm = 200;

class Play {
 public:
  explicit Play(fuzz::Input& input)
      : input_(input),
        rate_(Ppm::whole(static_cast<std::int32_t>(input.u16() % (2 * kMostPpm) - kMostPpm))),
        clock_({.built = kBuilt,
                .may_follow_island = (input.u8() & 1) != 0 ? nullptr : DeviceClock::judge_island}),
        follower_({.server = kServer}, clock_) {}

  void run() {
    for (int step = 0; step < kMostSteps && !input_.at_end(); ++step) {
      switch (input_.u8() % 10) {
        case 0:
        case 1:
          exchange(true);
          break;
        case 2:
          exchange(false);
          break;
        case 3:
          broadcast(true);
          break;
        case 4:
          broadcast(false);
          break;
        case 5:
          hear_anything();
          break;
        case 6:
          report();
          break;
        case 7:
          wait(milliseconds{input_.u32() >> 4});
          break;
        case 8:
          change_server();
          break;
        case 9:
          press();
          break;
      }
      check();
    }
  }

 private:
  void wait(nanoseconds by) { now_ += by; }
  WallTime truth(MonoTime at) const {
    const nanoseconds since = at.time_since_epoch();
    return kStart + since + exact_drift(since, rate_);
  }
  nanoseconds queue() { return milliseconds{1} + nanoseconds{input_.u32() >> 6}; }  // up to 67 ms

  // Asks the server when it is due. One that lies sends whatever it likes in a valid reply.
  void exchange(bool is_honest) {
    now_ = std::max(now_, follower_.next_wakeup());
    const auto query = follower_.poll(now_, ++random_ * 0x9e37'79b9'7f4a'7c15);
    if (!query) return;
    follower_.on_sent(now_);
    const MonoTime there = now_ + queue();
    const MonoTime home = there + queue();
    Header reply = fakes::honest_reply(parse_header(*query), to_ntp(truth(there)), to_ntp(truth(there)));
    if (!is_honest) {
      is_truthful_ = false;
      reply = parse_header(spoiled(reply));
    }
    now_ = home;
    const auto use = follower_.on_datagram(fakes::bytes_of(reply), kServer, now_);
    if (is_honest && is_truthful_) {
      require(use.has_value(), "an honest reply is taken");
      require(clock_.wall(now_).has_value(), "and sets the clock");
    }
  }

  void broadcast(bool is_honest) {
    wait(milliseconds{input_.u16()});
    Header header = fakes::honest_reply({}, {}, to_ntp(truth(now_)));
    header.mode = Mode::kBroadcast;
    header.version = kNewestVersion;
    if (left_) header.origin = to_ntp(truth(*left_));
    const MonoTime heard = now_ + queue();
    // A forger may send anything as the server, or hold a packet back.
    if (!is_honest) header = parse_header(spoiled(header));
    if (is_honest) left_ = now_;
    now_ = heard;
    if (input_.u8() % 8 == 0) return;
    (void)follower_.on_broadcast(fakes::bytes_of(header), kServer, now_);
  }

  fakes::HeaderBytes spoiled(const Header& header) {
    auto bytes = fakes::bytes_of(header);
    for (std::uint8_t count = input_.u8() % 8; count > 0; --count) {
      const std::size_t at = input_.u8() % bytes.size();
      // The origin proves that a reply answers the query.
      if (header.mode == Mode::kServer && at >= field::kOrigin && at < field::kReceive) continue;
      bytes[at] = input_.u8();
    }
    return bytes;
  }

  void hear_anything() {
    const Bytes bytes = input_.bytes(input_.u8() % 72);
    const Endpoint from = input_.u8() % 2 == 0 ? kServer : kStranger;
    const auto before = clock_.at(now_);
    const auto use = follower_.on_datagram(bytes, from, now_);
    require(!use.has_value(), "nothing but a reply to a query is taken");
    (void)follower_.on_broadcast(bytes, from, now_);
    const auto after = clock_.at(now_);
    require(before.has_value() == after.has_value(), "and it changes nothing");
    require(!after || after->time == before->time, "also not the time");
  }

  void report() {
    const auto kind = static_cast<SourceKind>(input_.u8() % kSourceKinds);
    const nanoseconds bound{input_.u32()};
    const std::uint8_t how = input_.u8();
    WallTime claimed = truth(now_);
    if ((how & 1) != 0) {
      is_truthful_ = false;
      claimed = input_.wall_time();
    } else {
      claimed += bound / ((how & 2) != 0 ? 1 : -1);
    }
    clock_.on_report(kind, claimed, {bound}, (how & 4) != 0, now_, (how & 8) != 0);
  }

  void change_server() {
    follower_.set_server(kStranger, now_);
    follower_.set_server(kServer, now_);
    left_.reset();
  }

  void press() {
    presses_.on_press(now_);
    const auto press = presses_.poll(clock_, now_);
    require(!press || clock_.wall(now_).has_value(), "a press is not sent without a time");
    if (press && input_.u8() % 4 != 0) {
      presses_.on_status(input_.u16() % 600, now_, input_.u32());
    } else {
      presses_.on_failure(now_, 0);
    }
    require(presses_.waiting() <= PressQueue::kMost, "the queue has an end");
  }

  void check() {
    const MonoTime wake = follower_.next_wakeup();
    require(elapsed(now_, wake) <= std::chrono::hours{48}, "a server is asked again");
    const auto known = clock_.at(now_);
    if (!known) return;
    require(known->bound.value > nanoseconds::zero(), "no time is certain");
    require(!known->is_reliable || known->bound.value <= seconds{1}, "an uncertain time is not reliable");
    if (clock_.settings() == settings_ && last_) {
      require(known->time >= *last_, "between two settings the clock does not go back");
    }
    settings_ = clock_.settings();
    last_ = known->time;
    if (is_truthful_) {
      require(magnitude(elapsed(truth(now_), known->time)) <= known->bound.value,
              "the bound contains the truth");
      const auto before = clock_.at(now_ - seconds{1});
      require(magnitude(elapsed(truth(now_ - seconds{1}), before->time)) <= before->bound.value,
              "also that of an instant before");
    }
  }

  fuzz::Input& input_;
  Ppm rate_;
  DeviceClock clock_;
  DeviceFollower follower_;
  PressQueue presses_;
  MonoTime now_{seconds{100}};
  std::optional<MonoTime> left_;
  std::optional<WallTime> last_;
  std::uint32_t settings_ = 0;
  std::uint64_t random_ = 0;
  bool is_truthful_ = true;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  Play{input}.run();
  return 0;
}
