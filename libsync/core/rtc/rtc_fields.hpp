// SPDX-License-Identifier: MIT
// The fields that all clock chips share, in whatever order: BCD, in 12-hour or 24-hour mode. Clear bits that
// a chip does not have before decoding only if its datasheet lets them read as anything; otherwise a set bit
// is corruption, as in "day 50", and must be detected.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/rtc/rtc_bcd.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"

namespace isletime {

enum class HourMode : std::uint8_t { k24, k12 };

struct RtcFields {
  std::uint8_t second;
  std::uint8_t minute;
  std::uint8_t hour;  // k12: PM in bit 5
  std::uint8_t day;
  std::uint8_t month;
  std::uint8_t year;
};

namespace rtc {

inline constexpr std::uint8_t kFlagBesideSeconds = 0x80;
inline constexpr std::uint8_t kPm = 0x20;

// Neither BCD nor a time: drivers write it as the year while the rest of the time is incomplete.
inline constexpr std::uint8_t kVoidYear = 0xff;

// Returns nothing if the byte is not BCD, or the hour does not exist.
constexpr std::optional<std::uint8_t> decode_hour(std::uint8_t byte, HourMode mode) {
  if (mode == HourMode::k24) return from_bcd(byte);
  constexpr std::uint8_t kNoHour = 24;
  const auto hour = from_bcd(static_cast<std::uint8_t>(byte & ~kPm));
  if (!hour) return std::nullopt;
  if (*hour < 1 || *hour > 12) return kNoHour;
  return static_cast<std::uint8_t>(*hour % 12 + ((byte & kPm) != 0 ? 12 : 0));
}

constexpr Result<CivilTime, RtcFault> decode_time(const RtcFields& fields, HourMode mode,
                                                  const CivilDate& near) {
  const auto second = from_bcd(fields.second);
  const auto minute = from_bcd(fields.minute);
  const auto hour = decode_hour(fields.hour, mode);
  const auto day = from_bcd(fields.day);
  const auto month = from_bcd(fields.month);
  const auto year = from_bcd(fields.year);
  if (!second || !minute || !hour || !day || !month || !year) return Unexpected{RtcFault::kNotBcd};
  const CivilTime time{.date = {unfold_year(*year, near), *month, *day},
                       .hour = *hour,
                       .minute = *minute,
                       .second = *second,
                       .nanosecond = 0};
  if (!is_valid(time)) return Unexpected{RtcFault::kOutOfRange};
  return time;
}

// `time` must be valid.
constexpr RtcFields encode_time(const CivilTime& time) {
  return {.second = to_bcd(time.second),
          .minute = to_bcd(time.minute),
          .hour = to_bcd(time.hour),
          .day = to_bcd(time.date.day),
          .month = to_bcd(time.date.month),
          .year = to_bcd(static_cast<std::uint8_t>(time.date.year % 100))};
}

// `time` must be valid, and not the first second of year 0.
constexpr CivilTime a_second_before(CivilTime time) {
  if (time.second > 0) {
    --time.second;
    return time;
  }
  time.second = 59;
  if (time.minute > 0) {
    --time.minute;
    return time;
  }
  time.minute = 59;
  if (time.hour > 0) {
    --time.hour;
    return time;
  }
  time.hour = 23;
  time.date = civil_date(days_since_epoch(time.date) - 1);
  return time;
}

// 1 is Monday, 7 Sunday.
constexpr std::uint8_t weekday_from_1(const CivilDate& date) {
  return static_cast<std::uint8_t>(iso_weekday(days_since_epoch(date)));
}

// 0 is Sunday, 6 Saturday, as in chips of NXP and Micro Crystal.
constexpr std::uint8_t weekday_from_0(const CivilDate& date) {
  return static_cast<std::uint8_t>(weekday_from_1(date) % 7);
}

// The century bit of the chips that have one: 0 in 2000 to 2099, 1 in 2100 to 2199.
constexpr bool is_odd_century(const CivilDate& date) {
  return date.year / 100 % 2 != 0;
}

constexpr std::uint8_t with(std::uint8_t value, std::uint8_t bits) {
  return static_cast<std::uint8_t>(value | bits);
}
constexpr std::uint8_t without(std::uint8_t value, std::uint8_t bits) {
  return static_cast<std::uint8_t>(value & ~bits);
}
constexpr bool has(std::uint8_t value, std::uint8_t bits) {
  return (value & bits) != 0;
}

// Decodes the seconds register without its flag. Returns nothing if it holds no second.
constexpr std::optional<std::uint8_t> decode_second(std::uint8_t byte) {
  const auto second = from_bcd(byte);
  return second && *second < 60 ? second : std::nullopt;
}

// Returns the value of a two's complement field of `bits` bits.
constexpr std::int32_t sign_extended(std::uint32_t field, unsigned bits) {
  const std::uint32_t sign = std::uint32_t{1} << (bits - 1);
  return static_cast<std::int32_t>((field & (2 * sign - 1)) ^ sign) - static_cast<std::int32_t>(sign);
}

}  // namespace rtc
}  // namespace isletime
