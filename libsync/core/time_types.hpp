// SPDX-License-Identifier: MIT
// The time types of every module. WallTime and MonoTime count on different clocks: mixing them
// does not compile. Offset = remote - local; positive: the local clock is behind.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace isletime {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// Tags only: core and policy never read a clock.
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
// Since an arbitrary instant; never steps.
using MonoTime = MonoClock::time_point;

// The part of a duration beyond its floor in seconds: 0 to 999'999'999 ns. It does not subtract that floor,
// which for the earliest durations is out of range.
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

// The gain of a clock that is wrong by `rate` `over` a time, to its whole millisecond: 1 ppm over 1 ms is 1
// ns. |rate| is up to 15 ppm over the whole range, up to 1000 ppm over 4 years.
constexpr nanoseconds drift(nanoseconds over, Ppm rate) {
  return nanoseconds{over / std::chrono::milliseconds{1} * rate.scaled / 65536};
}

// to - from, held at the range's ends: hostile clocks lie further apart than nanoseconds count.
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
