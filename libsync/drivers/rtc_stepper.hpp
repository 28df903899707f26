// SPDX-License-Identifier: MIT
// How a battery clock is read and set by any program: it finds the edge of a second, writes at the instant at
// which one begins, and measures the error. No clock, sleep or bus in here, so it suits devices too: it says
// what to do next, and takes the result. run_rtc() carries it out.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/drivers/edge_search.hpp"
#include "libsync/drivers/rtc_policy.hpp"

namespace isletime {

struct RtcStep {
  enum class Kind : std::uint8_t {
    kWait,        // until `at`, then next() again
    kRead,        // RtcChip::read(), then on_read()
    kReadSecond,  // RtcChip::read_second(), then on_second()
    kPrepare,     // RtcChip::prepare(), then on_prepared()
    kSet,         // RtcChip::set() to `second`, now, then on_set()
    kDone,
  };
  Kind kind;
  MonoTime at{};
  seconds second{};  // UTC
};

enum class RtcEnd : std::uint8_t {
  kFound,        // the edge was found; after a set, error() is the chip's error
  kLost,         // the chip reports that it lost its time
  kNotATime,     // its registers hold no valid time
  kStopped,      // it was told to stop
  kStandsStill,  // it shows the same second for more than a second
  kErratic,      // its seconds contradict each other
  kNotFound,     // the bus or the machine is too slow or too busy
  kReadFailed,   // RtcRetries::kMost consecutive reads failed
  kNotPrepared,  // prepare() failed as often, and nothing was set
  kSetFailed,    // the chip itself shows what it holds
  kMissed,       // the instant was missed repeatedly: the machine is too busy, and nothing was set
};

// The two clocks of a machine at one instant; a chip is set by `time`.
struct RtcNow {
  MonoTime mono;
  WallTime time;
};

class RtcStepper {
 public:
  // How long it searches for an edge.
  static constexpr seconds kPatience{10};
  // After that, an interval of this width is accepted.
  static constexpr nanoseconds kWidest = std::chrono::milliseconds{400};
  // How often in all a doubtful reading is read, since a spike may have caused it.
  static constexpr int kMostDoubtful = 2;
  static constexpr int kMostGarbled = 20;
  // The least time from planning a set to its instant.
  static constexpr nanoseconds kNotice = std::chrono::milliseconds{20};
  static constexpr int kMostMisses = 5;
  // A set with a larger error is repeated, earlier or later by that error, because the delays of a chip, a
  // bus or a driver are not known before. If the error exceeds a second, the instant was not the cause.
  static constexpr nanoseconds kWorthAnother = std::chrono::milliseconds{1};
  static constexpr int kMostSets = 3;
  // A lead beyond this was not learned from a chip.
  static constexpr nanoseconds kMostLead = std::chrono::seconds{2};

  struct Reading {
    bool seeks_lost = false;  // also finds the edge of a chip that lost its time
  };
  struct Setting {
    nanoseconds set_delay;  // RtcChip::set_delay()
    nanoseconds latest;     // how long after its instant a write may begin
    // The lead that an earlier stepper has learned of this chip; nothing means its set_delay.
    std::optional<nanoseconds> lead = {};
  };
  explicit constexpr RtcStepper(Reading reading) : seeks_lost_(reading.seeks_lost), phase_(Phase::kFirst) {}
  explicit constexpr RtcStepper(Setting setting)
      : setting_(setting), lead_(first_lead(setting)), phase_(Phase::kPreparing) {}

  RtcStep next(const RtcNow& now);

  void on_read(MonoTime before, MonoTime after, const RtcReading& reading);
  // `second` is empty if the register holds none.
  void on_second(MonoTime before, MonoTime after, std::optional<std::uint8_t> second);
  void on_prepared();
  // `shown` is the second in the chip's own scale, if it keeps local time.
  void on_set(seconds shown);
  // Called instead of any of these.
  void on_failed(MonoTime now);

  // Valid once it is done.
  RtcEnd end() const { return end_; }
  // Returns the last whole reading, or nothing if none succeeded.
  const std::optional<RtcReading>& reading() const { return reading_; }
  // Returns an edge in the chip's own scale, or nothing if no second was seen.
  std::optional<SecondEdge> edge(MonoTime now) const { return search_.edge(now); }
  int sets() const { return sets_; }
  // Returns how long before its second the last write began or should have begun. Drivers that restart the
  // second by half need a negative one.
  nanoseconds lead() const { return lead_; }
  // Returns how far the chip is ahead of the time that was set.
  nanoseconds error() const { return error_; }

 private:
  enum class Phase : std::uint8_t {
    kPreparing,
    kPlanning,
    kAwaiting,   // awaits the instant of the write
    kFirst,      // reads the whole time: may it be believed?
    kSearching,  // searches for the edge by quick looks, which show only a part of the time
    kLast,       // reads the whole time, which must agree with them
    kConcluding,
    kDone,
  };

  static constexpr nanoseconds first_lead(const Setting& setting) {
    const nanoseconds lead = setting.lead.value_or(setting.set_delay);
    return lead >= -kMostLead && lead <= kMostLead ? lead : setting.set_delay;
  }
  RtcStep act(const RtcNow& now);
  RtcStep finish(RtcEnd end);
  RtcStep wait(MonoTime until) const { return {.kind = RtcStep::Kind::kWait, .at = until}; }
  void plan(const RtcNow& now);
  RtcStep set_in_time(const RtcNow& now);
  RtcStep look(MonoTime now);
  void conclude(const RtcNow& now);
  void on_doubtful(MonoTime now, RtcEnd doubt);
  std::optional<RtcEnd> doubt_of(const RtcReading& reading) const;
  bool agrees(MonoTime before, MonoTime after, const RtcReading& reading) const;
  seconds unfolded(MonoTime at, std::uint8_t second) const;

  std::optional<Setting> setting_;
  bool seeks_lost_ = false;
  nanoseconds lead_{};  // from the beginning of the write to that of its second
  Phase phase_;
  RtcEnd end_{};
  RtcRetries retries_;
  std::optional<MonoTime> barred_until_;
  int doubtful_ = 0;
  int garbled_ = 0;

  EdgeSearch search_;
  std::optional<RtcReading> reading_;
  seconds known_{};  // the chip's time at `known_at_`
  MonoTime known_at_{};
  MonoTime deadline_{};
  std::optional<MonoTime> next_look_;

  seconds second_{};  // to set
  MonoTime start_{};  // of the write
  nanoseconds late_{};
  seconds shown_less_utc_{};
  int misses_ = 0;
  int sets_ = 0;
  nanoseconds error_{};
};

// Does what the stepper says until it is done. The host has now() (an RtcNow), mono(), sleep_until(), which
// returns false when the caller has given up, shown(), which converts a second to the chip's scale, keep(),
// which takes the error of a failure, and the calls of RtcChip. Returns false if the caller has given up.
template <class Host>
bool run_rtc(RtcStepper& stepper, Host& host) {
  const auto fail = [&](auto error) {
    host.keep(std::move(error));
    stepper.on_failed(host.mono());
  };
  for (;;) {
    const RtcStep step = stepper.next(host.now());
    const MonoTime before = host.mono();
    switch (step.kind) {
      case RtcStep::Kind::kWait:
        if (!host.sleep_until(step.at)) return false;
        break;
      case RtcStep::Kind::kRead:
        if (auto reading = host.read()) {
          stepper.on_read(before, host.mono(), *reading);
        } else {
          fail(reading.error());
        }
        break;
      case RtcStep::Kind::kReadSecond:
        if (auto second = host.read_second()) {
          stepper.on_second(before, host.mono(), *second);
        } else {
          fail(second.error());
        }
        break;
      case RtcStep::Kind::kPrepare:
        if (auto error = host.prepare()) {
          fail(*std::move(error));
        } else {
          stepper.on_prepared();
        }
        break;
      case RtcStep::Kind::kSet: {
        const seconds shown = host.shown(step.second);
        if (auto error = host.set(to_civil_time(WallTime{shown}))) {
          fail(*std::move(error));
        } else {
          stepper.on_set(shown);
        }
        break;
      }
      case RtcStep::Kind::kDone:
        return true;
    }
  }
}

}  // namespace isletime
