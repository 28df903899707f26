// SPDX-License-Identifier: MIT
// A machine's wall clock: an oscillator whose rate the kernel adjusts with `freq`, in 2^-16 ppm up to 500
// ppm, and `tick`, in 100 ppm up to 10 % (adjtimex(2)). It does not use SteeredClock, so that errors in that
// one are detected.
#pragma once

#include "libsync/core/time_types.hpp"
#include "tests/sim/oscillator.hpp"

namespace isletime::sim {

class MachineClock {
 public:
  // The clock reads `start` + `error` at the true time `start`.
  MachineClock(Oscillator oscillator, WallTime start, nanoseconds error);

  WallTime read(TrueTime now);
  // Returns the time that the clock has counted since the start, without steps.
  nanoseconds since_start(TrueTime now);
  // Returns wall - true.
  Seconds error(TrueTime now);
  // Returns the rate that the kernel really applies.
  double set_rate(TrueTime now, double rate);
  void step(Offset by) { stepped_ += by.value; }
  // UTC repeats a second, and the clock is stepped back with it.
  void insert_leap_second() { start_ -= seconds{1}; }

  // Returns the clock's seconds per second of the oscillator.
  double pace() const { return 1.0 + rate_; }
  WallTime truth(TrueTime now) const { return start_ + now; }
  double oscillator_frequency() const { return oscillator_.frequency(); }
  // Returns what the oscillator alone has gained.
  Seconds oscillator_gained(TrueTime now) { return oscillator_.gained(now); }

 private:
  void advance(TrueTime now);

  Oscillator oscillator_;
  WallTime start_;
  nanoseconds stepped_;
  TrueTime last_{};
  Seconds last_gained_{};
  Seconds steered_{};
  double rate_ = 0.0;
};

// Returns the nearest rate that freq and tick together can represent.
double kernel_rate(double rate);

}  // namespace isletime::sim
