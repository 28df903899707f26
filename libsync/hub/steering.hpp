// SPDX-License-Identifier: MIT
// Steers the clock: computes corrections, ends slews, determines what the kernel is told, inserts leap
// seconds where no kernel does it, and detects what other programs do to the clock. No I/O: it returns what
// is to be done, and the caller reports what was done.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "libsync/core/result.hpp"
#include "libsync/hub/discipline/control_law.hpp"
#include "libsync/hub/discipline/estimate.hpp"
#include "libsync/hub/hub_clock.hpp"
#include "libsync/policy/instant.hpp"
#include "libsync/policy/saturated.hpp"
#include "libsync/ports/clock_quality.hpp"

namespace isletime {

// The kernel states the time asleep to 10 ms. A difference up to this is no sleep.
inline constexpr nanoseconds kLeastSleep = std::chrono::milliseconds{100};

// The readings of the machine's clocks that come with each fact.
struct ClockReading {
  Instant instant;
  nanoseconds asleep{};                  // total time asleep since boot
  std::optional<double> foreign_rate{};  // set by another program since we last set the rate
  // Time since boot by the oscillator alone, which nobody steers (CLOCK_MONOTONIC_RAW), without sleep. It is
  // needed at the start only.
  std::optional<nanoseconds> raw{};
};

class Steering {
 public:
  Steering(const ControlLimits& limits, const ClockReading& now)
      : limits_(limits),
        clock_(now.instant.wall),
        wall_less_mono_(now.instant.wall_less_mono()),
        asleep_(now.asleep) {}

  // Steers the machine's clock from now on, which runs at `rate`.
  void take_clock(double rate, WallTime now);
  const HubClock& clock() const { return clock_; }

  // `was_synchronised` says that a source of at least the same rank has set the clock before. Fails if the
  // correction would exceed the panic limit.
  Result<Correction, ControlRefusal> correction(const Estimate& estimate, nanoseconds until_next,
                                                bool was_synchronised, WallTime now) const;
  // The clock runs at `rate` since the machine's clock read `at`. That includes the rate of a slew;
  // `without_slew` does not.
  void on_rate(WallTime at, double rate, double without_slew);
  void on_step(Offset by);
  void on_slew(const Slew& slew, MonoTime now);
  // Returns what is still to be slewed.
  Offset left(MonoTime now) const;
  bool is_slew_over(MonoTime now) const { return slew_until_ && now >= *slew_until_; }
  bool is_slewing() const { return slew_until_.has_value(); }
  void end_slew() { slew_until_.reset(); }
  std::optional<MonoTime> next_wakeup(Instant now) const;

  // The rate of the clock relative to its oscillator, without slews.
  double steady_rate() const { return rate_; }
  // Returns whether the clock is left to another program that steers it too.
  bool gives_way() const;
  // Returns whether another program has steered the clock recently.
  bool was_intruded_lately(MonoTime now) const;
  // Returns the message about the last program that steered the clock; empty if none has.
  const std::string& intrusion() const { return intrusion_; }

  // Returns what the kernel is to be told, so that other programs learn the clock's quality. The kernel
  // inserts an announced leap second at the end of any day, so one is passed on only at the end of a month.
  ClockQuality tell(const ClockQuality& quality, Instant now);
  // Returns whether half the time has passed after which the kernel calls the clock unsynchronised. If the
  // clock is still good, tell the kernel retold() with its bound by now; otherwise call give_up_telling(),
  // and the kernel's own limit takes effect.
  bool is_telling_due(MonoTime now) const { return tell_again_ && now >= *tell_again_; }
  ClockQuality retold(Dispersion max_error) const;
  void give_up_telling() { tell_again_.reset(); }
  // Returns whether the kernel was told that the clock is synchronised.
  bool has_told() const { return told_.leap != Leap::kUnsynchronised; }

  // Returns by how much the clock was set since the last call, and why, or nothing if it was not. After a
  // sleep the kernel sets the clock from the battery clock, which is accurate to a second or so; somebody
  // else may have set it as well.
  enum class Cause : std::uint8_t { kSomebody, kLeapSecond, kSleep, kSteeredByOthers };
  struct Jump {
    Offset by;
    Cause cause;
    nanoseconds slept{};

    // Returns by how much somebody has set the clock; after a sleep the kernel has set it as well.
    nanoseconds beyond_sleep() const { return saturated_difference(by.value, slept); }
  };
  std::optional<Jump> take_jump(const ClockReading& now);

 private:
  // Returns the pace of the monotonic clock relative to the oscillator while a slew runs.
  double slewed_pace() const;
  bool is_leap_second(Offset by, WallTime now) const;
  // Returns for how long the machine slept since the last call.
  nanoseconds take_sleep(nanoseconds asleep);
  Jump insert_leap_second();
  std::optional<Jump> take_foreign_rate(const ClockReading& now);

  ControlLimits limits_;
  HubClock clock_;
  nanoseconds wall_less_mono_;
  nanoseconds asleep_;
  double rate_ = 0.0;  // without slews
  Slew slew_;
  std::optional<MonoTime> slew_until_;
  Leap announced_ = Leap::kNone;     // for the end of this day
  std::optional<WallTime> leap_at_;  // where no kernel inserts it
  ClockQuality told_;
  std::optional<MonoTime> tell_again_;
  int intrusions_ = 0;  // recent changes of the rate by other programs
  std::string intrusion_;
  MonoTime last_look_{};  // when the rate was last checked
  std::optional<MonoTime> last_intrusion_;
};

}  // namespace isletime
