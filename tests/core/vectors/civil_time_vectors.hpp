// SPDX-License-Identifier: MIT
// The calendar: Modified Julian Days of RFC 5905 (figure 4), the leap years of RFC 3339 (appendix C),
// known weekdays, and instants in Unix time as date(1) tells them.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/civil_time.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

inline constexpr std::int64_t kMjdOf1970 = 40'587;

struct Day {
  CivilDate date;
  std::int64_t modified_julian_day;

  constexpr bool holds() const {
    const std::int64_t days = modified_julian_day - kMjdOf1970;
    return days_since_epoch(date) == days && civil_date(days) == date;
  }
};

inline constexpr Day kDays[] = {
    {{0, 1, 1}, -678'941},  // the RFC's figure swaps two digits of this one
    {{1, 1, 1}, -678'575},    {{1582, 10, 15}, -100'840}, {{1858, 11, 17}, 0},
    {{1899, 12, 31}, 15'019}, {{1900, 1, 1}, 15'020},     {{1970, 1, 1}, 40'587},
    {{1972, 1, 1}, 41'317},   {{1999, 12, 31}, 51'543},   {{2036, 2, 8}, 64'731},
};

// The day before 1 March is 29 February in leap years and 28 February in others.
struct LeapYear {
  std::int32_t year;
  bool expected;

  constexpr bool holds() const {
    const std::uint8_t last = expected ? 29 : 28;
    return is_leap_year(year) == expected && days_in_month(year, 2) == last &&
           civil_date(days_since_epoch({year, 3, 1}) - 1) == CivilDate{year, 2, last};
  }
};

inline constexpr LeapYear kLeapYears[] = {
    {0, true},    {4, true},     {100, false}, {400, true},   {1900, false}, {1996, true}, {1999, false},
    {2000, true}, {2023, false}, {2024, true}, {2038, false}, {2100, false}, {2400, true}, {9999, false},
};

struct MonthLength {
  std::uint8_t month;
  std::uint8_t days;

  constexpr bool holds() const { return days_in_month(2025, month) == days; }
};

inline constexpr MonthLength kMonthLengths[] = {{1, 31}, {2, 28}, {3, 31}, {4, 30},  {5, 31},  {6, 30},
                                                {7, 31}, {8, 31}, {9, 30}, {10, 31}, {11, 30}, {12, 31}};

struct Weekday {
  CivilDate date;
  int expected;  // 1 is Monday

  constexpr bool holds() const { return iso_weekday(days_since_epoch(date)) == expected; }
};

inline constexpr Weekday kWeekdays[] = {
    {{1582, 10, 15}, 5}, {{1858, 11, 17}, 3}, {{1969, 7, 20}, 7}, {{1969, 12, 31}, 3}, {{1970, 1, 1}, 4},
    {{2000, 2, 29}, 2},  {{2024, 1, 1}, 1},   {{2026, 2, 3}, 2},  {{2026, 2, 7}, 6},   {{2036, 2, 7}, 4},
};

struct Validity {
  CivilTime time;
  bool expected;

  constexpr bool holds() const { return is_valid(time) == expected; }
};

inline constexpr Validity kValidTimes[] = {
    {{{0, 1, 1}, 0, 0, 0, 0}, true},
    {{{9999, 12, 31}, 23, 59, 59, 999'999'999}, true},
    {{{2024, 2, 29}, 12, 0, 0, 0}, true},
};

inline constexpr Validity kInvalidTimes[] = {
    {{{-1, 1, 1}, 0, 0, 0, 0}, false},
    {{{10'000, 1, 1}, 0, 0, 0, 0}, false},
    {{{2026, 0, 1}, 0, 0, 0, 0}, false},
    {{{2026, 13, 1}, 0, 0, 0, 0}, false},
    {{{2026, 1, 0}, 0, 0, 0, 0}, false},
    {{{2026, 1, 32}, 0, 0, 0, 0}, false},
    {{{2026, 2, 29}, 0, 0, 0, 0}, false},
    {{{1900, 2, 29}, 0, 0, 0, 0}, false},
    {{{2026, 4, 31}, 0, 0, 0, 0}, false},
    {{{2026, 2, 3}, 24, 0, 0, 0}, false},
    {{{2026, 2, 3}, 0, 60, 0, 0}, false},
    {{{2026, 2, 3}, 23, 59, 60, 0}, false},
    {{{2026, 2, 3}, 0, 0, 0, 1'000'000'000}, false},
};

struct Instant {
  CivilTime time;
  nanoseconds since_1970;

  constexpr bool holds() const {
    const WallTime instant{since_1970};
    return to_wall_time(time) == instant && to_civil_time(instant) == time;
  }
};

inline constexpr Instant kInstants[] = {
    {{{1970, 1, 1}, 0, 0, 0, 0}, nanoseconds{0}},
    {{{2001, 9, 9}, 1, 46, 40, 0}, seconds{1'000'000'000}},
    {{{2026, 2, 3}, 4, 5, 6, 123'456'789}, nanoseconds{1'770'091'506'123'456'789}},
    {{{2038, 1, 19}, 3, 14, 8, 0}, seconds{2'147'483'648}},
    {{{2036, 2, 7}, 6, 28, 16, 0}, seconds{2'085'978'496}},
};

inline constexpr Instant kInstantsBefore1970[] = {
    {{{1969, 12, 31}, 23, 59, 59, 999'999'999}, nanoseconds{-1}},
    {{{1969, 12, 31}, 23, 59, 59, 0}, seconds{-1}},
    {{{1969, 12, 31}, 0, 0, 0, 0}, seconds{-86'400}},
    {{{1969, 12, 30}, 23, 59, 59, 500'000'000}, nanoseconds{-86'400'500'000'000}},
    {{{1900, 1, 1}, 0, 0, 0, 0}, seconds{-2'208'988'800}},
};

// These are 2^63 ns before and after 1970.
inline constexpr Instant kEndsOfWallTime[] = {
    {{{1677, 9, 21}, 0, 12, 43, 145'224'192}, nanoseconds::min()},
    {{{1677, 9, 21}, 0, 12, 44, 0}, seconds{-9'223'372'036}},
    {{{2262, 4, 11}, 23, 47, 16, 854'775'807}, nanoseconds::max()},
};

struct BeyondWallTime {
  CivilTime time;

  constexpr bool holds() const { return is_valid(time) && !to_wall_time(time); }
};

inline constexpr BeyondWallTime kBeyondWallTime[] = {
    {{{1677, 9, 21}, 0, 12, 43, 145'224'191}},
    {{{1677, 9, 21}, 0, 12, 42, 999'999'999}},
    {{{0, 1, 1}, 0, 0, 0, 0}},
    {{{2262, 4, 11}, 23, 47, 16, 854'775'808}},
    {{{2262, 4, 11}, 23, 47, 17, 0}},
    {{{9999, 12, 31}, 23, 59, 59, 999'999'999}},
};

inline constexpr Check kCivilTimeChecks[] = {
    {"CivilTime.Days", first_failing<kDays>},
    {"CivilTime.LeapYears", first_failing<kLeapYears>},
    {"CivilTime.MonthLengths", first_failing<kMonthLengths>},
    {"CivilTime.Weekdays", first_failing<kWeekdays>},
    {"CivilTime.ValidTimes", first_failing<kValidTimes>},
    {"CivilTime.InvalidTimes", first_failing<kInvalidTimes>},
    {"CivilTime.Instants", first_failing<kInstants>},
    {"CivilTime.InstantsBefore1970", first_failing<kInstantsBefore1970>},
    {"CivilTime.EndsOfWallTime", first_failing<kEndsOfWallTime>},
    {"CivilTime.BeyondWallTime", first_failing<kBeyondWallTime>},
};

}  // namespace isletime::vectors
