// SPDX-License-Identifier: MIT
// The proleptic Gregorian calendar in UTC, in integers (GCC 10 has no <chrono> calendar).
// Years 0 to 9999; days count from 1970-01-01. No leap seconds, as in POSIX time.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

struct CivilDate {
  std::int32_t year = 1970;
  std::uint8_t month = 1;  // 1 to 12
  std::uint8_t day = 1;    // 1 to 31

  constexpr bool operator==(const CivilDate&) const = default;
};

struct CivilTime {
  CivilDate date;
  std::uint8_t hour = 0;         // 0 to 23
  std::uint8_t minute = 0;       // 0 to 59
  std::uint8_t second = 0;       // 0 to 59
  std::uint32_t nanosecond = 0;  // below 10^9

  constexpr bool operator==(const CivilTime&) const = default;
};

constexpr bool is_leap_year(std::int32_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// month: 1 to 12.
constexpr std::uint8_t days_in_month(std::int32_t year, std::uint8_t month) {
  if (month == 2) return is_leap_year(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

constexpr bool is_valid(const CivilDate& date) {
  return date.year >= 0 && date.year <= 9999 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
         date.day <= days_in_month(date.year, date.month);
}

constexpr bool is_valid(const CivilTime& time) {
  return is_valid(time.date) && time.hour < 24 && time.minute < 60 && time.second < 60 &&
         time.nanosecond < 1'000'000'000;
}

namespace civil {
// Years start in March, so that the leap day is a year's last day; 400 such years are an era.
inline constexpr std::int32_t kDaysInEra = 146'097;
inline constexpr std::int32_t kDaysToEpoch = 719'468;  // from 0000-03-01 to 1970-01-01
// Days from 1 March to the first of a month, 0 being March: 0, 31, 61, 92, 122, 153, ...
constexpr std::int32_t days_before(std::int32_t month_from_march) {
  return (153 * month_from_march + 2) / 5;
}
}  // namespace civil

// `date` must be valid.
constexpr std::int64_t days_since_epoch(const CivilDate& date) {
  const bool before_march = date.month <= 2;
  const std::int64_t year = std::int64_t{date.year} - (before_march ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int32_t month_from_march = date.month + (before_march ? 9 : -3);
  const std::int64_t day_of_year = civil::days_before(month_from_march) + date.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * civil::kDaysInEra + day_of_era - civil::kDaysToEpoch;
}

// `days` must be within years 0 to 9999, for which 32 bits suffice.
constexpr CivilDate civil_date(std::int64_t days) {
  const auto shifted = static_cast<std::int32_t>(days + civil::kDaysToEpoch);
  const std::int32_t era = (shifted >= 0 ? shifted : shifted - (civil::kDaysInEra - 1)) / civil::kDaysInEra;
  const std::int32_t day_of_era = shifted - era * civil::kDaysInEra;
  // Without the leap days, years have 365 days.
  const std::int32_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int32_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int32_t day = day_of_year - civil::days_before(month_from_march) + 1;
  const std::int32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const std::int32_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {year, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
}

// ISO 8601: 1 is Monday, 7 Sunday.
constexpr int iso_weekday(std::int64_t days) {
  const std::int64_t from_thursday = days % 7;  // 1970-01-01 was a Thursday
  return static_cast<int>((from_thursday + 7 + 3) % 7) + 1;
}

// `time` must be valid. Its nanoseconds are left out.
constexpr seconds seconds_since_epoch(const CivilTime& time) {
  return seconds{((days_since_epoch(time.date) * 24 + time.hour) * 60 + time.minute) * 60 + time.second};
}

// Returns since_epoch + nanosecond, the latter below 10^9, or nothing beyond WallTime's range.
constexpr std::optional<WallTime> to_wall_time(seconds since_epoch, std::uint32_t nanosecond) {
  // The seconds are rounded towards zero first, because the second that contains the earliest WallTime is
  // itself out of range.
  const std::int64_t towards_zero = since_epoch.count() < 0 ? 1 : 0;
  const std::int64_t rest = nanosecond - towards_zero * 1'000'000'000;
  std::int64_t total = 0;
  if (__builtin_mul_overflow(since_epoch.count() + towards_zero, std::int64_t{1'000'000'000}, &total) ||
      __builtin_add_overflow(total, rest, &total)) {
    return std::nullopt;
  }
  return WallTime{nanoseconds{total}};
}

// `time` must be valid. Returns nothing beyond WallTime's range.
constexpr std::optional<WallTime> to_wall_time(const CivilTime& time) {
  return to_wall_time(seconds_since_epoch(time), time.nanosecond);
}

// `since_epoch` must be within years 0 to 9999, and `nanosecond` below 10^9.
constexpr CivilTime to_civil_time(seconds since_epoch, std::uint32_t nanosecond) {
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t whole = since_epoch.count();
  const std::int64_t days = (whole >= 0 ? whole : whole - (kDay - 1)) / kDay;
  const auto second_of_day = static_cast<std::int32_t>(whole - days * kDay);
  return {
      .date = civil_date(days),
      .hour = static_cast<std::uint8_t>(second_of_day / 3600),
      .minute = static_cast<std::uint8_t>(second_of_day / 60 % 60),
      .second = static_cast<std::uint8_t>(second_of_day % 60),
      .nanosecond = nanosecond,
  };
}

constexpr CivilTime to_civil_time(WallTime time) {
  const auto [since_epoch, nanosecond] = split(time.time_since_epoch());
  return to_civil_time(since_epoch, nanosecond);
}

}  // namespace isletime
