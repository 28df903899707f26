// SPDX-License-Identifier: MIT
// A machine's wall clock: an oscillator under a kernel that turns it faster or slower in its own units,
// `freq` of 2^-16 ppm up to 500 ppm and `tick` of 100 ppm up to 10 % (adjtimex(2)).
// It keeps its own books, so that SteeredClock's can be found wrong.
#pragma once

#include "libsync/core/time_types.hpp"
#include "tests/sim/oscillator.hpp"

namespace isletime::sim {

class MachineClock {
 public:
  // Reads `start` plus `error` when the truth is `start`.
  MachineClock(Oscillator oscillator, WallTime start, nanoseconds error);

  WallTime read(TrueTime now);
  // What it has counted since the start, whoever has stepped it.
  nanoseconds since_start(TrueTime now);
  // wall - true.
  Seconds error(TrueTime now);
  // Returns what the kernel really applies.
  double set_rate(TrueTime now, double rate);
  void step(Offset by) { stepped_ += by.value; }
  // UTC repeats a second, and with it the clock.
  void insert_leap_second() { start_ -= seconds{1}; }

  // Its seconds in one of the oscillator's.
  double pace() const { return 1.0 + rate_; }
  WallTime truth(TrueTime now) const { return start_ + now; }
  double oscillator_frequency() const { return oscillator_.frequency(); }
  // What the oscillator alone has gained.
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

// The nearest that freq and tick together can do.
double kernel_rate(double rate);

}  // namespace isletime::sim
