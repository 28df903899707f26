// SPDX-License-Identifier: MIT
// The registers 0x00 to 0x07 of the DS1307 (Maxim 19-5158) and of the DS1338 (19-5188), which adds an
// oscillator stop flag. A DS1307 starts with CH set after its supply and its battery have both failed.
// Writing the seconds register starts their second. The user's memory from 0x08 on is not touched.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/bytes.hpp"
#include "libsync/core/rtc/rtc_fields.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"

namespace isletime::ds1307 {

inline constexpr std::uint8_t kSeconds = 0x00;
inline constexpr std::uint8_t kYear = 0x06;
inline constexpr std::uint8_t kControl = 0x07;
inline constexpr std::uint8_t kRegisters = 0x40;  // after which the pointer wraps round

inline constexpr std::uint8_t kClockHalt = 0x80;    // of the seconds
inline constexpr std::uint8_t kTwelveHours = 0x40;  // of the hours

// Bits of the control register.
inline constexpr std::uint8_t kOscillatorStopped = 0x20;  // DS1338
inline constexpr std::uint8_t kAbsentOfControl = 0x4c;    // they read as zero
inline constexpr std::uint8_t kKept = 0x93;               // OUT, SQWE, RS

inline constexpr std::size_t kImageSize = kControl + 1;
inline constexpr std::size_t kTimeSize = 7;

// `image` has kImageSize bytes, from register 0. The flag of a DS1307 reads as zero.
constexpr RtcReading decode(Bytes image, const CivilDate& near) {
  const bool is_halted = rtc::has(image[0], kClockHalt);
  const bool is_flagged = rtc::has(image[kControl], kOscillatorStopped);
  const bool by_twelve = rtc::has(image[2], kTwelveHours);
  const RtcFields fields{
      .second = rtc::without(image[0], kClockHalt),
      .minute = image[1],
      .hour = rtc::without(image[2], kTwelveHours),
      .day = image[4],
      .month = image[5],
      .year = image[6],
  };
  return {rtc::decode_time(fields, by_twelve ? HourMode::k12 : HourMode::k24, near),
          is_halted || is_flagged ? Integrity::kLost : Integrity::kGood, !is_halted};
}

// `time` must be valid.
constexpr std::array<std::uint8_t, kTimeSize> encode(const CivilTime& time) {
  const RtcFields fields = rtc::encode_time(time);
  return {fields.second, fields.minute, fields.hour, rtc::weekday_from_1(time.date),
          fields.day,    fields.month,  fields.year};
}

constexpr std::uint8_t without_stop_flag(std::uint8_t control) {
  return static_cast<std::uint8_t>(control & kKept);
}

}  // namespace isletime::ds1307
