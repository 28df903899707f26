// SPDX-License-Identifier: MIT
// Converts RFC 3339 date-times to WallTime and back. Reads any offset, fractions of any length (truncated
// after the ninth digit), and ":60" where UTC may have a leap second, as the instant that follows it. Writes
// UTC with nine decimals and "Z".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/text_reader.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

enum class Rfc3339Error : std::uint8_t { kBadSyntax, kNoSuchTime, kOutOfRange };

namespace rfc3339 {

inline constexpr std::size_t kWrittenSize = 30;
using Written = std::array<char, kWrittenSize>;

constexpr std::uint32_t read_fraction(TextReader& reader) {
  std::uint32_t value = reader.digit();
  int count = 1;
  for (; reader.at_digit(); ++count) {
    const std::uint32_t digit = reader.digit();
    if (count < 9) value = value * 10 + digit;
  }
  for (; count < 9; ++count) value *= 10;
  return value;
}

constexpr bool starts_month(seconds utc) {
  constexpr std::int64_t kDay = 86'400;
  return utc.count() % kDay == 0 && civil_date(utc.count() / kDay).day == 1;
}

constexpr void write_digits(char* end, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i, value /= 10) *--end = static_cast<char>('0' + value % 10);
}

}  // namespace rfc3339

constexpr Result<WallTime, Rfc3339Error> parse_rfc3339(std::string_view text) {
  TextReader reader{text};
  CivilTime civil;
  civil.date.year = static_cast<std::int32_t>(reader.digits(4));
  reader.expect("-");
  civil.date.month = static_cast<std::uint8_t>(reader.digits(2));
  reader.expect("-");
  civil.date.day = static_cast<std::uint8_t>(reader.digits(2));
  reader.expect("Tt ");
  civil.hour = static_cast<std::uint8_t>(reader.digits(2));
  reader.expect(":");
  civil.minute = static_cast<std::uint8_t>(reader.digits(2));
  reader.expect(":");
  civil.second = static_cast<std::uint8_t>(reader.digits(2));
  if (reader.take_if(".") != 0) civil.nanosecond = rfc3339::read_fraction(reader);

  std::uint32_t offset_hours = 0;
  std::uint32_t offset_minutes = 0;
  const char sign = reader.take_if("+-");
  if (sign != 0) {
    offset_hours = reader.digits(2);
    reader.expect(":");
    offset_minutes = reader.digits(2);
  } else {
    reader.expect("Zz");
  }
  if (reader.failed() || !reader.at_end()) return Unexpected{Rfc3339Error::kBadSyntax};

  const bool leap_second = civil.second == 60;
  if (leap_second) civil.second = 59;
  if (!is_valid(civil) || offset_hours > 23 || offset_minutes > 59) {
    return Unexpected{Rfc3339Error::kNoSuchTime};
  }
  const seconds offset{offset_hours * 3600 + offset_minutes * 60};
  const seconds utc =
      seconds_since_epoch(civil) + (sign == '-' ? offset : -offset) + seconds{leap_second ? 1 : 0};
  // Leap seconds end a month in UTC (RFC 3339, appendix D), so the next second starts one.
  if (leap_second && !rfc3339::starts_month(utc)) return Unexpected{Rfc3339Error::kNoSuchTime};
  const auto time = to_wall_time(utc, civil.nanosecond);
  if (!time) return Unexpected{Rfc3339Error::kOutOfRange};
  return *time;
}

// Returns "2026-02-03T04:05:06.123456789Z", without a terminating zero.
constexpr rfc3339::Written format_rfc3339(WallTime time) {
  const CivilTime civil = to_civil_time(time);
  rfc3339::Written out{};
  const auto put = [&out](std::size_t end, std::uint32_t value, int count, char separator) {
    rfc3339::write_digits(out.data() + end, value, count);
    out[end] = separator;
  };
  put(4, static_cast<std::uint32_t>(civil.date.year), 4, '-');
  put(7, civil.date.month, 2, '-');
  put(10, civil.date.day, 2, 'T');
  put(13, civil.hour, 2, ':');
  put(16, civil.minute, 2, ':');
  put(19, civil.second, 2, '.');
  put(29, civil.nanosecond, 9, 'Z');
  return out;
}

}  // namespace isletime
