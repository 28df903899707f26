// SPDX-License-Identifier: MIT
// The time types of every module. WallTime and MonoTime belong to different clocks, and mixing them does not
// compile. Offset = remote - local, so it is positive if the local clock is behind.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

#include "libsync/core/dialect.hpp"

namespace isletime {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// These are only tags: core and policy never read a clock.
struct WallClock {
  using duration = nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallClock>;
  static constexpr bool is_steady = false;
};
struct MonoClock {
  using duration = nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonoClock>;
  static constexpr bool is_steady = true;
};

// UTC since 1970-01-01T00:00:00Z without leap seconds (POSIX time); 1677 to 2262.
using WallTime = WallClock::time_point;
// Time since an arbitrary instant; it never steps.
using MonoTime = MonoClock::time_point;

// Returns the part of a duration beyond its floor in seconds: 0 to 999'999'999 ns. It does not subtract that
// floor, which is out of range for the earliest durations.
constexpr nanoseconds subsecond(nanoseconds duration) {
  const nanoseconds rest = duration % seconds{1};
  return rest < nanoseconds::zero() ? rest + seconds{1} : rest;
}

struct Offset {
  nanoseconds value;
  constexpr auto operator<=>(const Offset&) const = default;
};

// May be slightly negative when a clock is coarse.
struct Delay {
  nanoseconds value;
  constexpr auto operator<=>(const Delay&) const = default;
};

// A bound on an error; never negative.
struct Dispersion {
  nanoseconds value;
  constexpr auto operator<=>(const Dispersion&) const = default;
};

// Parts per million in units of 2^-16, as in the kernel's struct timex.
struct Ppm {
  std::int64_t scaled;
  static constexpr Ppm whole(std::int32_t ppm) { return {std::int64_t{ppm} * 65536}; }
  constexpr auto operator<=>(const Ppm&) const = default;
};

// Returns the gain of a clock that is wrong by `rate` over a time, in whole milliseconds of it: 1 ppm over 1
// ms is 1 ns. |rate| may be up to 15 ppm over the whole range, and up to 1000 ppm over 4 years.
constexpr nanoseconds drift(nanoseconds over, Ppm rate) {
  return nanoseconds{over / std::chrono::milliseconds{1} * rate.scaled / 65536};
}

// Returns to - from, clamped to the range: hostile clocks may be further apart than nanoseconds can count.
template <class Clock>
constexpr nanoseconds elapsed(std::chrono::time_point<Clock, nanoseconds> from,
                              std::chrono::time_point<Clock, nanoseconds> to) {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(to.time_since_epoch().count(), from.time_since_epoch().count(), &difference)) {
    return nanoseconds{difference};
  }
  return to > from ? nanoseconds::max() : nanoseconds::min();
}

// RFC 5905, section 4 (PHI): the frequency tolerance of an undisciplined clock.
inline constexpr Ppm kFrequencyTolerance = Ppm::whole(15);

}  // namespace isletime
