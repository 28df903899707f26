// SPDX-License-Identifier: MIT
// The clock's wheel: what is done to the clock and when a slew ends, what the kernel is told of it, leap
// seconds where no kernel inserts them, and the notice of what others do to the clock. Pure: says what is to
// be done, and is told what was.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/result.hpp"
#include "libsync/hub/discipline/control_law.hpp"
#include "libsync/hub/discipline/estimate.hpp"
#include "libsync/hub/hub_clock.hpp"
#include "libsync/policy/instant.hpp"
#include "libsync/ports/clock_quality.hpp"

namespace isletime {

// What the machine's clocks show when the hub is told of something.
struct ClockReading {
  Instant instant;
  nanoseconds asleep{};                  // since the machine was started
  std::optional<double> foreign_rate{};  // which another program has given the machine's clock since we did
};

class Steering {
 public:
  Steering(const ControlLimits& limits, const ClockReading& now)
      : limits_(limits),
        clock_(now.instant.wall),
        wall_less_mono_(now.instant.wall_less_mono()),
        asleep_(now.asleep) {}

  // From now on the machine's clock, which runs at `rate`, is what is steered.
  void take_clock(double rate, WallTime now);
  const HubClock& clock() const { return clock_; }

  // `was_synchronised`: by a source as good. Error: the move would be too far.
  Result<Correction, ControlRefusal> correction(const Estimate& estimate, nanoseconds until_next,
                                                bool was_synchronised, WallTime now) const;
  // The clock runs at `rate` since the machine's read `at`: the correction's own with its slew, if it has
  // one.
  void on_rate(WallTime at, double rate, double without_slew);
  void on_step(Offset by);
  void on_slew(const Slew& slew, MonoTime now);
  // What is still to be slewed away.
  Offset left(MonoTime now) const;
  bool is_slew_over(MonoTime now) const { return slew_until_ && now >= *slew_until_; }
  bool is_slewing() const { return slew_until_.has_value(); }
  void end_slew() { slew_until_.reset(); }
  std::optional<MonoTime> next_wakeup(Instant now) const;

  // The rate of the clock on its oscillator, without slews.
  double steady_rate() const { return rate_; }
  // Another program steers the clock, and is left to it.
  bool gives_way() const;
  // What people should know of the last program that steered the clock; empty: none has.
  const std::string& intrusion() const { return intrusion_; }

  // Programs that ask the kernel are to be told this. It inserts the leap second that is announced, which can
  // only be at the end of a month.
  ClockQuality tell(const ClockQuality& quality, Instant now);
  // Half of the time after which the kernel would call the clock unsynchronised has passed. retold() is what
  // it is told of a clock that may be off by `max_error` by now; give_up_telling() leaves it to the kernel.
  bool is_telling_due(MonoTime now) const { return tell_again_ && now >= *tell_again_; }
  ClockQuality retold(Dispersion max_error) const;
  void give_up_telling() { tell_again_.reset(); }
  // The kernel was told that the clock is synchronised.
  bool has_told() const { return told_.leap != Leap::kUnsynchronised; }

  // What the clock was set by since the last call, and why. A machine's clock that slept was set by its
  // battery clock, to a second or so.
  enum class Cause : std::uint8_t { kSomebody, kLeapSecond, kSleep, kSteeredByOthers };
  struct Jump {
    Offset by;
    Cause cause;
  };
  std::optional<Jump> take_jump(const ClockReading& now);

 private:
  bool is_leap_second(Offset by, WallTime now) const;
  bool has_slept(nanoseconds by, nanoseconds asleep);
  Jump insert_leap_second();
  std::optional<Jump> take_foreign_rate(const ClockReading& now);

  ControlLimits limits_;
  HubClock clock_;
  nanoseconds wall_less_mono_;
  nanoseconds asleep_;
  double rate_ = 0.0;  // without slews
  Slew slew_;
  double slew_pace_ = 1.0;  // of the monotonic clock on the oscillator, meanwhile
  std::optional<MonoTime> slew_until_;
  Leap announced_ = Leap::kNone;     // for the end of this day
  std::optional<WallTime> leap_at_;  // where no kernel does it
  ClockQuality told_;
  std::optional<MonoTime> tell_again_;
  int intrusions_ = 0;  // by others who steer, lately
  std::string intrusion_;
  MonoTime last_look_{};  // for others' rates
  std::optional<MonoTime> last_intrusion_;
};

}  // namespace isletime
