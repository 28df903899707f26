// SPDX-License-Identifier: MIT
// The free-running frame: what the local oscillator would read if it had never been steered. In it, samples
// from before and after a slew or a step lie on one line, so estimators need not know of either.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {

// Only a tag, like WallClock: it cannot be read, but SteeredClock computes it.
struct FreeClock {
  using duration = nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<FreeClock>;
  static constexpr bool is_steady = true;
};

using FreeTime = FreeClock::time_point;

// Durations for floating-point computations of the discipline.
using Seconds = std::chrono::duration<double>;

// Clamps a value so that it can be negated.
constexpr nanoseconds saturated(nanoseconds value) {
  return std::max(value, -nanoseconds::max());
}

// Returns from + by, clamped to the range.
template <class Clock>
constexpr std::chrono::time_point<Clock, nanoseconds> shifted(
    std::chrono::time_point<Clock, nanoseconds> from, nanoseconds by) {
  return std::chrono::time_point<Clock, nanoseconds>{saturated_sum(from.time_since_epoch(), by)};
}

// Rounds to the nearest nanosecond, clamped to the range; not-a-number counts as zero.
constexpr nanoseconds rounded(Seconds duration) {
  constexpr double kMost = 9.2e18;
  const double count = duration.count() * 1e9;
  if (count >= kMost) return nanoseconds::max();
  if (count <= -kMost) return -nanoseconds::max();
  if (count != count) return nanoseconds::zero();
  return nanoseconds{static_cast<std::int64_t>(count < 0 ? count - 0.5 : count + 0.5)};
}

}  // namespace isletime
