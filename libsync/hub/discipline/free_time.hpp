// SPDX-License-Identifier: MIT
// The free-running frame: what the local oscillator would read had nobody ever steered it. Samples
// taken before and after a slew or a step lie on one line in it, so no estimator is told of either.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {

// A tag only, like WallClock: nobody can read it; SteeredClock computes it.
struct FreeClock {
  using duration = nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<FreeClock>;
  static constexpr bool is_steady = true;
};

using FreeTime = FreeClock::time_point;

// Where the discipline computes in floating point.
using Seconds = std::chrono::duration<double>;

// Fit to be negated.
constexpr nanoseconds saturated(nanoseconds value) {
  return std::max(value, -nanoseconds::max());
}

// from + by, held at the range's ends.
template <class Clock>
constexpr std::chrono::time_point<Clock, nanoseconds> shifted(
    std::chrono::time_point<Clock, nanoseconds> from, nanoseconds by) {
  return std::chrono::time_point<Clock, nanoseconds>{saturated_sum(from.time_since_epoch(), by)};
}

// To the nearest nanosecond, held at the range's ends; not a number counts as zero.
constexpr nanoseconds rounded(Seconds duration) {
  constexpr double kMost = 9.2e18;
  const double count = duration.count() * 1e9;
  if (count >= kMost) return nanoseconds::max();
  if (count <= -kMost) return -nanoseconds::max();
  if (count != count) return nanoseconds::zero();
  return nanoseconds{static_cast<std::int64_t>(count < 0 ? count - 0.5 : count + 0.5)};
}

}  // namespace isletime
