// SPDX-License-Identifier: MIT
// The time types of every module. WallTime and MonoTime belong to different clocks, and mixing them does not
// compile. Offset = remote - local, so it is positive if the local clock is behind.
// Functions that are marked as not inline are called from many places: on a CPU of 32 bits a call is a
// fraction of their size. Those that are always inline consist of a call.
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

// The comparisons of <chrono> take references, for which a CPU of 32 bits has to store both values first.
template <class Clock>
using TimePoint = std::chrono::time_point<Clock, nanoseconds>;
constexpr bool operator<(nanoseconds a, nanoseconds b) {
  return a.count() < b.count();
}
constexpr bool operator>(nanoseconds a, nanoseconds b) {
  return a.count() > b.count();
}
constexpr bool operator<=(nanoseconds a, nanoseconds b) {
  return a.count() <= b.count();
}
constexpr bool operator>=(nanoseconds a, nanoseconds b) {
  return a.count() >= b.count();
}
template <class Clock>
constexpr bool operator<(TimePoint<Clock> a, TimePoint<Clock> b) {
  return a.time_since_epoch() < b.time_since_epoch();
}
template <class Clock>
constexpr bool operator>(TimePoint<Clock> a, TimePoint<Clock> b) {
  return b < a;
}
template <class Clock>
constexpr bool operator<=(TimePoint<Clock> a, TimePoint<Clock> b) {
  return !(b < a);
}
template <class Clock>
constexpr bool operator>=(TimePoint<Clock> a, TimePoint<Clock> b) {
  return !(a < b);
}

// These are std::min and std::max with arguments by value.
[[gnu::noinline]] constexpr nanoseconds shorter(nanoseconds a, nanoseconds b) {
  return b < a ? b : a;
}
[[gnu::noinline]] constexpr nanoseconds longer(nanoseconds a, nanoseconds b) {
  return a < b ? b : a;
}
template <class Clock>
[[gnu::always_inline]] constexpr TimePoint<Clock> earlier(TimePoint<Clock> a, TimePoint<Clock> b) {
  return TimePoint<Clock>{shorter(a.time_since_epoch(), b.time_since_epoch())};
}
template <class Clock>
[[gnu::always_inline]] constexpr TimePoint<Clock> later(TimePoint<Clock> a, TimePoint<Clock> b) {
  return TimePoint<Clock>{longer(a.time_since_epoch(), b.time_since_epoch())};
}

// A duration of `whole` seconds, rounded down, and the rest.
struct SplitDuration {
  seconds whole;
  std::uint32_t nanosecond;  // below 10^9
};
[[gnu::noinline]] constexpr SplitDuration split(nanoseconds duration) {
  constexpr std::int32_t kSecond = 1'000'000'000;
  std::int64_t whole = duration.count() / kSecond;
  auto rest = static_cast<std::int32_t>(duration.count() - whole * kSecond);
  if (rest < 0) {
    rest += kSecond;
    --whole;
  }
  return {seconds{whole}, static_cast<std::uint32_t>(rest)};
}

constexpr nanoseconds subsecond(nanoseconds duration) {
  return nanoseconds{split(duration).nanosecond};
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
[[gnu::noinline]] constexpr nanoseconds drift(nanoseconds over, Ppm rate) {
  return nanoseconds{over / std::chrono::milliseconds{1} * rate.scaled / 65536};
}

// The result is clamped to the range.
[[gnu::noinline]] constexpr nanoseconds saturated_difference(nanoseconds a, nanoseconds b) {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(a.count(), b.count(), &difference)) return nanoseconds{difference};
  return b < nanoseconds::zero() ? nanoseconds::max() : nanoseconds::min();
}

// Returns to - from, clamped to the range: hostile clocks may be further apart than nanoseconds can count.
template <class Clock>
[[gnu::always_inline]] constexpr nanoseconds elapsed(TimePoint<Clock> from, TimePoint<Clock> to) {
  return saturated_difference(to.time_since_epoch(), from.time_since_epoch());
}

// Returns to - from like elapsed(), but zero if the time goes back.
[[gnu::noinline]] constexpr nanoseconds age(MonoTime from, MonoTime to) {
  return to > from ? elapsed(from, to) : nanoseconds::zero();
}

// RFC 5905, section 4 (PHI): the frequency tolerance of an undisciplined clock.
inline constexpr Ppm kFrequencyTolerance = Ppm::whole(15);

}  // namespace isletime
