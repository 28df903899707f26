// SPDX-License-Identifier: MIT
// How a battery clock is read and set, whoever does it: finds the edge of a second, writes at the instant at
// which one begins, and looks how far off that is. Pure, for devices too: says what to do next, and is told
// how it went; no clock, no sleep, no bus in here. run_rtc() does what it says.
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
    kWait,        // until `at`; then next() again
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
  kFound,        // the edge; after a set, error() tells how far off that is
  kLost,         // the chip says that it lost its time
  kNotATime,     // its registers hold none
  kStopped,      // it was told to stand still
  kStandsStill,  // it shows one and the same second for longer than one
  kErratic,      // its seconds contradict each other
  kNotFound,     // the bus or the machine is too slow or too busy
  kReadFailed,   // RtcRetries::kMost times in a row
  kNotPrepared,  // the same; nothing was set
  kSetFailed,    // what the chip holds, the chip tells
  kMissed,       // the instant, time and again: the machine is too busy, and nothing was set
};

// The two clocks of a machine at one instant; `time` is what a chip is set by.
struct RtcNow {
  MonoTime mono;
  WallTime time;
};

class RtcStepper {
 public:
  // For as long as that it looks for an edge,
  static constexpr seconds kPatience{10};
  // and then takes one that is known as well as this.
  static constexpr nanoseconds kWidest = std::chrono::milliseconds{400};
  // A doubtful reading is read again so often in all, as a spike may have made it so.
  static constexpr int kMostDoubtful = 2;
  static constexpr int kMostGarbled = 20;
  // From planning a set to its instant, at least.
  static constexpr nanoseconds kNotice = std::chrono::milliseconds{20};
  static constexpr int kMostMisses = 5;
  // A set that is off by more is made again, earlier or later by as much: what a chip, a bus or a driver
  // takes is not known before. Further off than a second, it is not the instant that was wrong.
  static constexpr nanoseconds kWorthAnother = std::chrono::milliseconds{1};
  static constexpr int kMostSets = 3;

  struct Reading {
    bool seeks_lost = false;  // finds the edge of a chip that lost its time, too
  };
  struct Setting {
    nanoseconds set_delay;  // RtcChip::set_delay()
    nanoseconds latest;     // a write may begin so long after its instant
  };
  explicit constexpr RtcStepper(Reading reading) : seeks_lost_(reading.seeks_lost), phase_(Phase::kFirst) {}
  explicit constexpr RtcStepper(Setting setting)
      : setting_(setting), lead_(setting.set_delay), phase_(Phase::kPreparing) {}

  RtcStep next(const RtcNow& now);

  void on_read(MonoTime before, MonoTime after, const RtcReading& reading);
  // Absent: the register holds none.
  void on_second(MonoTime before, MonoTime after, std::optional<std::uint8_t> second);
  void on_prepared();
  // `shown`: as what the chip was given the second, where it keeps local time.
  void on_set(seconds shown);
  // Instead of any of them.
  void on_failed(MonoTime now);

  // Once it is done.
  RtcEnd end() const { return end_; }
  // The last whole one. Absent: none came through.
  const std::optional<RtcReading>& reading() const { return reading_; }
  // Of what the chip shows. Absent: none of its seconds were seen.
  std::optional<SecondEdge> edge(MonoTime now) const { return search_.edge(now); }
  int sets() const { return sets_; }
  // How far the chip is ahead of what it was set to.
  nanoseconds error() const { return error_; }

 private:
  enum class Phase : std::uint8_t {
    kPreparing,
    kPlanning,
    kAwaiting,   // the instant of the write
    kFirst,      // reading: may it be believed at all?
    kSearching,  // for the edge, by quick looks that show no more than a part of the time
    kLast,       // reading: the whole must agree with them
    kJudging,
    kDone,
  };

  RtcStep act(const RtcNow& now);
  RtcStep finish(RtcEnd end);
  RtcStep wait(MonoTime until) const { return {.kind = RtcStep::Kind::kWait, .at = until}; }
  void plan(const RtcNow& now);
  RtcStep set_in_time(const RtcNow& now);
  RtcStep look(MonoTime now);
  void judge(const RtcNow& now);
  void on_doubtful(MonoTime now, RtcEnd doubt);
  std::optional<RtcEnd> doubt_of(const RtcReading& reading) const;
  bool agrees(MonoTime before, MonoTime after, const RtcReading& reading) const;
  seconds unfolded(MonoTime at, std::uint8_t second) const;

  std::optional<Setting> setting_;
  bool seeks_lost_ = false;
  nanoseconds lead_{};  // of the write's beginning to that of its second
  Phase phase_;
  RtcEnd end_{};
  RtcRetries retries_;
  std::optional<MonoTime> barred_until_;
  int doubtful_ = 0;
  int garbled_ = 0;

  EdgeSearch search_;
  std::optional<RtcReading> reading_;
  seconds known_{};  // what the chip showed at `known_at_`
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
// is false where nobody waits for it any more, shown(), which has a second as the chip is to show it, keep(),
// which is given the error of what failed, and the calls of RtcChip. False: it was left off.
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
