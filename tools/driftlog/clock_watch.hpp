// SPDX-License-Identifier: MIT
// Detects steps of the system clock and sleep of the machine from readings of its clocks. A slew changes all
// clocks equally, a step only the wall clock, and in sleep only the monotonic clock stands still.
#pragma once

#include <chrono>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

// All clocks were read at one instant, which is known to `bound`.
struct ClockReading {
  MonoTime mono;
  MonoTime boot;  // CLOCK_BOOTTIME, which continues in sleep
  WallTime wall;
  nanoseconds bound{};
};

struct ClockEvents {
  std::optional<Offset> step;           // of the wall clock; positive if forward
  std::optional<nanoseconds> sleeping;  // for how long
};

class ClockWatch {
 public:
  constexpr explicit ClockWatch(const ClockReading& first) : last_(first) {}

  constexpr ClockEvents update(const ClockReading& now) {
    const nanoseconds mono = elapsed(last_.mono, now.mono);
    const nanoseconds boot = elapsed(last_.boot, now.boot);
    const nanoseconds wall = elapsed(last_.wall, now.wall);
    const nanoseconds bound = last_.bound + now.bound;
    last_ = now;
    ClockEvents events;
    if (boot - mono > kShortestSleep + bound) events.sleeping = boot - mono;
    const nanoseconds step = wall - boot;
    if (step > kSmallestStep + bound || step < -kSmallestStep - bound) events.step = Offset{step};
    return events;
  }

 private:
  static constexpr nanoseconds kShortestSleep = std::chrono::milliseconds{1};
  // Smaller steps are the kernel's rounding.
  static constexpr nanoseconds kSmallestStep = std::chrono::microseconds{1};

  ClockReading last_;
};

}  // namespace isletime::driftlog
