// SPDX-License-Identifier: MIT
// The books between the wall clock and the free-running frame: every change of rate and every step
// that the wall clock was really given. Pure; exact to less than 1 ns over days, as floating point
// only holds what steering added. `rate`: the wall clock runs at oscillator * (1 + rate).
#pragma once

#include "libsync/core/time_types.hpp"
#include "libsync/policy/discipline/free_time.hpp"

namespace isletime {

class SteeredClock {
 public:
  // Both frames read the same now, and the wall clock is not steered.
  constexpr explicit SteeredClock(WallTime now) : wall_(now), free_(now.time_since_epoch()) {}

  // Also for readings shortly before the last change of rate: a query may have been under way.
  constexpr FreeTime free_at(WallTime wall) const {
    const nanoseconds since = elapsed(wall_, wall);
    const Seconds steering = since * steered_share(rate_during(since));
    return shifted(shifted(free_, since), -rounded(steering - remainder_));
  }

  constexpr WallTime wall_at(FreeTime free) const {
    const nanoseconds since = elapsed(free_, free);
    const Seconds steering = (since - remainder_) * rate_during(since);
    return shifted(shifted(wall_, since), rounded(steering - remainder_));
  }

  // From the reading `at` on. `rate` is what the kernel really applied; more than -1.
  constexpr void on_rate(WallTime at, double rate) {
    const nanoseconds since = elapsed(wall_, at);
    const Seconds exact = remainder_ - since * steered_share(rate_during(since));
    const nanoseconds whole = rounded(exact);
    remainder_ = exact - whole;
    free_ = shifted(shifted(free_, since), whole);
    wall_ = at;
    previous_rate_ = rate_;
    rate_ = rate;
  }

  // The wall clock was set forward by this (or back, or repeats a leap second): the oscillator was not.
  constexpr void on_step(Offset by) { wall_ = shifted(wall_, by.value); }

  constexpr double rate() const { return rate_; }

 private:
  // Of a wall clock's second, what is steering and not oscillator.
  static constexpr double steered_share(double rate) { return rate / (1.0 + rate); }
  constexpr double rate_during(nanoseconds since) const {
    return since < nanoseconds::zero() ? previous_rate_ : rate_;
  }

  // The last change: both frames' readings, and by how much less than a nanosecond free_ falls short.
  WallTime wall_;
  FreeTime free_;
  Seconds remainder_{0.0};
  double rate_ = 0.0;
  double previous_rate_ = 0.0;
};

}  // namespace isletime
