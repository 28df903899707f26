// SPDX-License-Identifier: MIT
// Reads a time zone as the TZ variable has it ("CET-1CEST,M3.5.0,M10.5.0/3"): POSIX.1-2017, section 8.3, with
// the signed hours up to 167 of RFC 8536, section 3.3.1. A zone with daylight saving must give its rule,
// since POSIX names no default; ":path" and zones of tzdata are not read. Offsets are east of UTC, which is
// the opposite of the text. Local time follows the rule for all years.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/text_reader.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

class ZoneName {
 public:
  static constexpr std::size_t kShortest = 3;
  static constexpr std::size_t kLongest = 15;

  // `text` has at most kLongest characters.
  constexpr explicit ZoneName(std::string_view text) {
    for (const char c : text) text_[size_++] = c;
  }

  constexpr std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, kLongest> text_{};
  std::uint8_t size_ = 0;
};

// A day of each year, and the local time of that day at which the offset changes, as of before the change.
struct ZoneChange {
  enum class Day : std::uint8_t {
    kOfYear,             // n: 0 to 365, where February 29 counts
    kOfYearWithoutLeap,  // Jn: 1 to 365; there is no February 29
    kOfMonth,            // Mm.w.d: the w-th (5 is the last) weekday d, 0 is Sunday, of month m
  };

  Day kind = Day::kOfYear;
  std::uint16_t day = 0;
  std::uint8_t month = 1;
  std::uint8_t week = 1;
  std::uint8_t weekday = 0;
  std::int32_t seconds_of_day = 2 * 3600;  // negative, or beyond the day, on another day
};

struct PosixZone {
  // "Daylight saving" may also be a winter time behind standard time, as in Ireland.
  struct DaylightSaving {
    ZoneName name;
    std::int32_t offset;  // seconds east
    ZoneChange begins;
    ZoneChange ends;
  };

  ZoneName name{"UTC"};
  std::int32_t offset = 0;  // seconds east
  std::optional<DaylightSaving> daylight_saving;
};

enum class PosixTzError : std::uint8_t {
  kBadName,    // not three letters or more, or <letters, digits, + and ->, or longer than kLongest
  kBadOffset,  // not [+-]hh[:mm[:ss]] of at most 24 h
  kNoRule,     // daylight saving without a rule for when
  kBadRule,    // not ",start[/time],end[/time]", or something follows it
};

struct LocalTime {
  CivilTime civil;
  std::int32_t offset;            // seconds east
  std::string_view abbreviation;  // of the zone, which must outlive it
  bool is_daylight_saving;
};

namespace posix_tz {

inline constexpr std::int32_t kHour = 3600;
inline constexpr std::int64_t kDay = 86'400;

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_quotable(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

constexpr std::optional<ZoneName> read_name(TextReader& reader) {
  const bool is_quoted = reader.take_if("<") != 0;
  const std::string_view text = reader.rest();
  std::size_t size = 0;
  while (size < text.size() && (is_quoted ? is_quotable(text[size]) : is_letter(text[size]))) ++size;
  if (size < ZoneName::kShortest || size > ZoneName::kLongest) return std::nullopt;
  const ZoneName name{reader.take(size)};
  if (is_quoted && reader.take_if(">") == 0) return std::nullopt;
  return name;
}

// Reads [+-]hh[:mm[:ss]], where the hours have up to `digits` digits.
constexpr std::optional<std::int32_t> read_time(TextReader& reader, int digits, std::uint32_t most_hours) {
  const bool is_negative = reader.take_if("+-") == '-';
  const std::uint32_t hours = reader.number(digits);
  std::uint32_t minutes = 0;
  std::uint32_t seconds = 0;
  if (reader.take_if(":") != 0) {
    minutes = reader.digits(2);
    if (reader.take_if(":") != 0) seconds = reader.digits(2);
  }
  if (reader.failed() || hours > most_hours || minutes > 59 || seconds > 59) return std::nullopt;
  const auto size = static_cast<std::int32_t>(hours * kHour + minutes * 60 + seconds);
  return is_negative ? -size : size;
}

constexpr std::optional<std::int32_t> read_offset(TextReader& reader) {
  const auto west = read_time(reader, 2, 24);
  if (!west) return std::nullopt;
  return -*west;
}

constexpr bool read_day_of_month(TextReader& reader, ZoneChange& change) {
  change.kind = ZoneChange::Day::kOfMonth;
  const std::uint32_t month = reader.number(2);
  reader.expect(".");
  const std::uint32_t week = reader.number(1);
  reader.expect(".");
  const std::uint32_t weekday = reader.number(1);
  change.month = static_cast<std::uint8_t>(month);
  change.week = static_cast<std::uint8_t>(week);
  change.weekday = static_cast<std::uint8_t>(weekday);
  return month >= 1 && month <= 12 && week >= 1 && week <= 5 && weekday <= 6;
}

constexpr bool read_day_of_year(TextReader& reader, ZoneChange& change) {
  const bool has_no_leap_day = reader.take_if("J") != 0;
  change.kind = has_no_leap_day ? ZoneChange::Day::kOfYearWithoutLeap : ZoneChange::Day::kOfYear;
  const std::uint32_t day = reader.number(3);
  change.day = static_cast<std::uint16_t>(day);
  return day <= 365 && !(has_no_leap_day && day == 0);
}

// Reads ",date[/time]".
constexpr std::optional<ZoneChange> read_change(TextReader& reader) {
  ZoneChange change;
  reader.expect(",");
  const bool is_of_month = reader.take_if("M") != 0;
  if (!(is_of_month ? read_day_of_month(reader, change) : read_day_of_year(reader, change))) {
    return std::nullopt;
  }
  if (reader.take_if("/") != 0) {
    const auto time = read_time(reader, 3, 167);
    if (!time) return std::nullopt;
    change.seconds_of_day = *time;
  }
  if (reader.failed()) return std::nullopt;
  return change;
}

constexpr Result<PosixZone::DaylightSaving, PosixTzError> read_daylight_saving(TextReader& reader,
                                                                               std::int32_t standard) {
  const auto name = read_name(reader);
  if (!name) return Unexpected{PosixTzError::kBadName};
  std::optional<std::int32_t> offset = standard + kHour;
  if (!reader.at_end() && reader.rest()[0] != ',') offset = read_offset(reader);
  if (!offset) return Unexpected{PosixTzError::kBadOffset};
  if (reader.at_end()) return Unexpected{PosixTzError::kNoRule};
  const auto begins = read_change(reader);
  if (!begins) return Unexpected{PosixTzError::kBadRule};
  const auto ends = read_change(reader);
  if (!ends || !reader.at_end()) return Unexpected{PosixTzError::kBadRule};
  return PosixZone::DaylightSaving{*name, *offset, *begins, *ends};
}

// Returns days since 1970.
constexpr std::int64_t day_of(const ZoneChange& change, std::int32_t year) {
  const std::int64_t january_1 = days_since_epoch({year, 1, 1});
  switch (change.kind) {
    case ZoneChange::Day::kOfYear:
      return january_1 + change.day;
    case ZoneChange::Day::kOfYearWithoutLeap:
      return january_1 + change.day - 1 + (is_leap_year(year) && change.day >= 60 ? 1 : 0);
    case ZoneChange::Day::kOfMonth:
      break;
  }
  const std::int64_t first = days_since_epoch({year, change.month, 1});
  const int to_weekday = (change.weekday - iso_weekday(first) % 7 + 7) % 7;
  const int in_month = to_weekday + 7 * (change.week - 1);
  return first + (in_month < days_in_month(year, change.month) ? in_month : in_month - 7);
}

constexpr std::int64_t begin_in(const PosixZone& zone, std::int32_t year) {
  const ZoneChange& begins = zone.daylight_saving->begins;
  return day_of(begins, year) * kDay + begins.seconds_of_day - zone.offset;
}

constexpr std::int64_t end_in(const PosixZone& zone, std::int32_t year) {
  const ZoneChange& ends = zone.daylight_saving->ends;
  return day_of(ends, year) * kDay + ends.seconds_of_day - zone.daylight_saving->offset;
}

// Daylight saving lasts from its begin to its next end. South of the equator that is the next year's. A
// period may touch the next one, or overlap it: then daylight saving never ends.
constexpr bool is_daylight_saving(const PosixZone& zone, std::int64_t at) {
  if (!zone.daylight_saving) return false;
  const std::int32_t this_year = to_civil_time(seconds{at}, 0).date.year;
  for (std::int32_t year = this_year - 1; year <= this_year + 1; ++year) {
    const std::int64_t begin = begin_in(zone, year);
    const std::int64_t end = end_in(zone, year);
    if (begin <= at && at < (end >= begin ? end : end_in(zone, year + 1))) return true;
  }
  return false;
}

}  // namespace posix_tz

// Accepts any bytes: they are a zone, or an error is returned.
constexpr Result<PosixZone, PosixTzError> parse_posix_tz(std::string_view text) {
  TextReader reader{text};
  const auto name = posix_tz::read_name(reader);
  if (!name) return Unexpected{PosixTzError::kBadName};
  const auto offset = posix_tz::read_offset(reader);
  if (!offset) return Unexpected{PosixTzError::kBadOffset};
  PosixZone zone{*name, *offset, std::nullopt};
  if (reader.at_end()) return zone;
  const auto daylight_saving = posix_tz::read_daylight_saving(reader, zone.offset);
  if (!daylight_saving) return Unexpected{daylight_saving.error()};
  zone.daylight_saving = *daylight_saving;
  return zone;
}

constexpr LocalTime local_time(const PosixZone& zone, WallTime time) {
  const auto [utc, nanosecond] = split(time.time_since_epoch());
  const bool is_daylight_saving = posix_tz::is_daylight_saving(zone, utc.count());
  const std::int32_t offset = is_daylight_saving ? zone.daylight_saving->offset : zone.offset;
  return {to_civil_time(utc + seconds{offset}, nanosecond), offset,
          is_daylight_saving ? zone.daylight_saving->name.view() : zone.name.view(), is_daylight_saving};
}
LocalTime local_time(PosixZone&&, WallTime) = delete;  // its abbreviation would dangle

// Returns when daylight saving next begins or ends after `time`, or nothing if it never does, or beyond
// WallTime's range.
constexpr std::optional<WallTime> next_zone_change(const PosixZone& zone, WallTime time) {
  if (!zone.daylight_saving) return std::nullopt;
  const std::int64_t now = std::chrono::floor<seconds>(time.time_since_epoch()).count();
  const bool is_daylight_saving = posix_tz::is_daylight_saving(zone, now);
  const std::int32_t this_year = to_civil_time(seconds{now}, 0).date.year;
  std::optional<std::int64_t> next;
  for (std::int32_t year = this_year - 1; year <= this_year + 2; ++year) {
    const std::int64_t change =
        is_daylight_saving ? posix_tz::end_in(zone, year) : posix_tz::begin_in(zone, year);
    if (change <= now || (next && change >= *next)) continue;
    if (posix_tz::is_daylight_saving(zone, change) != is_daylight_saving) next = change;
  }
  if (!next) return std::nullopt;
  return to_wall_time(seconds{*next}, 0);
}

}  // namespace isletime
