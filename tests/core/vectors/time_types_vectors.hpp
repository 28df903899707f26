// SPDX-License-Identifier: MIT
// Drift, elapsed time and the split of durations. Expected values by hand: 1 ppm over 1 ms is 1 ns.
#pragma once

#include <cstdint>
#include <limits>

#include "libsync/core/time_types.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

inline constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

struct Drift {
  nanoseconds over;
  Ppm rate;
  nanoseconds expected;

  constexpr bool holds() const { return drift(over, rate) == expected; }
};

inline constexpr Drift kDrifts[] = {
    {seconds{1}, Ppm::whole(1), nanoseconds{1'000}},
    {seconds{1}, Ppm::whole(-20), nanoseconds{-20'000}},
    {seconds{-1}, Ppm::whole(20), nanoseconds{-20'000}},
    {seconds{86'400}, Ppm::whole(15), nanoseconds{1'296'000'000}},
    {seconds{1}, Ppm{32'768}, nanoseconds{500}},
    {seconds{1}, Ppm{1}, nanoseconds{0}},
    {seconds{66}, Ppm{1}, nanoseconds{1}},
    {nanoseconds{1'999'999}, Ppm::whole(1), nanoseconds{1}},
    {nanoseconds{999'999}, Ppm::whole(1000), nanoseconds{0}},
    // 2^63 ns are 9'223'372'036'854 ms.
    {nanoseconds{kMost}, Ppm::whole(15), nanoseconds{138'350'580'552'810}},
    {nanoseconds{kLeast}, Ppm::whole(15), nanoseconds{-138'350'580'552'810}},
    // 4 years of 365.25 days.
    {seconds{126'230'400}, Ppm::whole(1000), nanoseconds{126'230'400'000'000}},
};

struct Elapsed {
  std::int64_t from;
  std::int64_t to;
  std::int64_t expected;

  constexpr bool holds() const {
    return elapsed(WallTime{nanoseconds{from}}, WallTime{nanoseconds{to}}) == nanoseconds{expected} &&
           elapsed(MonoTime{nanoseconds{from}}, MonoTime{nanoseconds{to}}) == nanoseconds{expected};
  }
};

inline constexpr Elapsed kElapsed[] = {
    {5, 7, 2},           {7, 5, -2},        {-3, 4, 7},          {0, kMost, kMost},
    {0, kLeast, kLeast}, {kMost, kMost, 0}, {kLeast, kLeast, 0},
};

inline constexpr Elapsed kElapsedOutOfRange[] = {
    {kLeast, kMost, kMost}, {kMost, kLeast, kLeast}, {-1, kMost, kMost},
    {1, kLeast, kLeast},    {kLeast, 0, kMost},      {kMost, -2, kLeast},
};

struct Subsecond {
  std::int64_t duration;
  std::int64_t expected;

  constexpr bool holds() const { return subsecond(nanoseconds{duration}) == nanoseconds{expected}; }
};

inline constexpr Subsecond kSubseconds[] = {
    {0, 0},
    {1, 1},
    {1'999'999'999, 999'999'999},
    {2'000'000'000, 0},
    {-1, 999'999'999},
    {-1'000'000'000, 0},
    {-1'000'000'001, 999'999'999},
    {kMost, 854'775'807},
    {kLeast, 145'224'192},
};

inline constexpr Check kTimeTypesChecks[] = {
    {"TimeTypes.Drifts", first_failing<kDrifts>},
    {"TimeTypes.Elapsed", first_failing<kElapsed>},
    {"TimeTypes.ElapsedOutOfRange", first_failing<kElapsedOutOfRange>},
    {"TimeTypes.Subseconds", first_failing<kSubseconds>},
};

}  // namespace isletime::vectors
