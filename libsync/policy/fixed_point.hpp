// SPDX-License-Identifier: MIT
// Integer arithmetic for a CPU without floating point: products and ratios whose intermediate results would
// not fit into 64 bits, each exact except for rounding down.
// time_types.hpp says why functions are marked as not inline.
#pragma once

#include <cstdint>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {

// Ppm's unit in one ns/s, rounded up: 65.536.
inline constexpr std::int64_t kScaledPerNs = 66;

// Rounds down, also for negative values.
[[gnu::noinline]] constexpr std::int64_t floor_div(std::int64_t a, std::int64_t positive) {
  return a / positive - (a % positive < 0 ? 1 : 0);
}

// Returns a * factor / divisor, truncated; the result and factor * divisor must fit.
[[gnu::noinline]] constexpr std::int64_t scale(std::int64_t a, std::int64_t factor, std::int64_t divisor) {
  return a / divisor * factor + a % divisor * factor / divisor;
}

// The same as std::clamp, std::min and std::max, whose references would keep all values in memory.
[[gnu::noinline]] constexpr std::int64_t clamped(std::int64_t value, std::int64_t least, std::int64_t most) {
  return value < least ? least : value > most ? most : value;
}

// Clamps to both sides of zero.
[[gnu::noinline]] constexpr std::int64_t limited(std::int64_t value, std::int64_t most) {
  return clamped(value, -most, most);
}

[[gnu::noinline]] constexpr std::int64_t smaller(std::int64_t a, std::int64_t b) {
  return b < a ? b : a;
}
[[gnu::noinline]] constexpr std::int64_t larger(std::int64_t a, std::int64_t b) {
  return a < b ? b : a;
}

[[gnu::noinline]] constexpr std::int64_t square(std::int64_t value) {
  return value * value;
}

// Multiplies a rate per second by a time in ms.
[[gnu::noinline]] constexpr std::int64_t over_ms(std::int64_t a_second, std::int64_t ms) {
  return scale(a_second, ms, 1000);
}

// The result is clamped to the range.
[[gnu::always_inline]] constexpr std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  return saturated_sum(nanoseconds{a}, nanoseconds{b}).count();
}

[[gnu::always_inline]] constexpr std::int64_t saturated_difference(std::int64_t a, std::int64_t b) {
  return saturated_difference(nanoseconds{a}, nanoseconds{b}).count();
}

[[gnu::noinline]] constexpr std::int64_t distance(std::int64_t a, std::int64_t b) {
  return magnitude(nanoseconds{saturated_difference(a, b)}).count();
}

// Returns numerator / denominator * 2^fraction, clamped to the range; 0 <= numerator, 0 < denominator,
// fraction <= 32. It is accurate to one part in 2^30.
[[gnu::noinline]] constexpr std::int64_t ratio(std::int64_t numerator, std::int64_t denominator,
                                               int fraction) {
  const std::int64_t whole = numerator / denominator;
  if (whole >= std::int64_t{1} << (62 - fraction)) return INT64_MAX;
  const int width = 64 - __builtin_clzll(static_cast<std::uint64_t>(denominator));
  const int down = width + fraction > 63 ? width + fraction - 63 : 0;
  const std::int64_t rest = numerator % denominator >> down;
  return (whole << fraction) + (rest << fraction) / (denominator >> down);
}

// Returns the integer square root, rounded down.
[[gnu::noinline]] constexpr std::int64_t square_root(std::int64_t value) {
  if (value <= 0) return 0;
  auto rest = static_cast<std::uint64_t>(value);
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 62; bit != 0; bit >>= 2) {
    if (rest >= root + bit) {
      rest -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return static_cast<std::int64_t>(root);
}

// Returns the gain of a clock that is wrong by `rate` (up to 10 %) over any time, rounded down to a
// nanosecond; drift() counts only whole milliseconds.
[[gnu::noinline]] constexpr nanoseconds exact_drift(nanoseconds over, Ppm rate) {
  constexpr std::int64_t kMillionth = 1'000'000 * std::int64_t{65536};
  const auto [since, nanosecond] = split(over);
  const std::int64_t whole = since.count();
  const std::int64_t a_second = rate.scaled * 1000;  // in 2^-16 ns
  return nanoseconds{whole * (a_second >> 16) + (whole * (a_second & 0xffff) >> 16) +
                     floor_div(nanosecond * rate.scaled, kMillionth)};
}

}  // namespace isletime
