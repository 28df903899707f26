// SPDX-License-Identifier: MIT
// The DS3231's registers 0x00 to 0x12 (Maxim 19-5170): time, control, status, ageing offset, temperature.
// Writing the seconds register starts its second. The century bit distinguishes two centuries; it is written
// but not trusted: the nearest year counts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/bytes.hpp"
#include "libsync/core/rtc/rtc_fields.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"

namespace isletime::ds3231 {

inline constexpr std::uint8_t kSeconds = 0x00;
inline constexpr std::uint8_t kYear = 0x06;
inline constexpr std::uint8_t kControl = 0x0e;
inline constexpr std::uint8_t kStatus = 0x0f;
inline constexpr std::uint8_t kAgeing = 0x10;
inline constexpr std::uint8_t kTemperature = 0x11;
inline constexpr std::uint8_t kRegisters = 0x13;  // after which the pointer wraps round

inline constexpr std::uint8_t kTwelveHours = 0x40;  // of the hours
inline constexpr std::uint8_t kCentury = 0x80;      // of the month

// Bits of the control register.
inline constexpr std::uint8_t kOscillatorOffOnBattery = 0x80;  // EOSC, active low
inline constexpr std::uint8_t kConvert = 0x20;

// Bits of the status register.
inline constexpr std::uint8_t kOscillatorStopped = 0x80;
inline constexpr std::uint8_t kEnable32kHz = 0x08;
inline constexpr std::uint8_t kBusy = 0x04;
inline constexpr std::uint8_t kAlarmFlags = 0x03;

// These bits read as zero.
inline constexpr std::uint8_t kAbsentOfStatus = 0x70;
inline constexpr std::uint8_t kAbsentOfTemperature = 0x3f;  // of its low byte

// A reading takes the registers from the seconds to the status.
inline constexpr std::size_t kImageSize = kStatus + 1;
inline constexpr std::size_t kTimeSize = 7;

inline constexpr TrimRange kTrimRange{.least = {-127}, .most = {128}, .step_ppb = 100};

// `image` has kImageSize bytes, from register 0.
constexpr RtcReading decode(Bytes image, const CivilDate& near) {
  const bool by_twelve = rtc::has(image[2], kTwelveHours);
  const RtcFields fields{
      .second = image[0],
      .minute = image[1],
      .hour = rtc::without(image[2], kTwelveHours),
      .day = image[4],
      .month = rtc::without(image[5], kCentury),
      .year = image[6],
  };
  return {rtc::decode_time(fields, by_twelve ? HourMode::k12 : HourMode::k24, near),
          rtc::has(image[kStatus], kOscillatorStopped) ? Integrity::kLost : Integrity::kGood,
          true};  // no bit stops it while it has supply power
}

// `time` must be valid.
constexpr std::array<std::uint8_t, kTimeSize> encode(const CivilTime& time) {
  const RtcFields fields = rtc::encode_time(time);
  const std::uint8_t month =
      rtc::is_odd_century(time.date) ? rtc::with(fields.month, kCentury) : fields.month;
  return {fields.second, fields.minute, fields.hour, rtc::weekday_from_1(time.date),
          fields.day,    month,         fields.year};
}

// Writing zeros clears alarm flags, and ones leave them unchanged. `settings` are bits to keep: a DS3232 has
// more than the 32 kHz output.
constexpr std::uint8_t without_stop_flag(std::uint8_t status, std::uint8_t settings = 0) {
  return rtc::with(static_cast<std::uint8_t>(status & (kEnable32kHz | settings)), kAlarmFlags);
}

// The temperature has ten bits of two's complement, in quarters of a degree.
constexpr MilliCelsius temperature(std::uint8_t high, std::uint8_t low) {
  return {rtc::sign_extended(static_cast<std::uint32_t>(high << 2 | low >> 6), 10) * 250};
}

// A positive ageing offset adds capacitance, which slows the oscillator.
constexpr TrimSteps trim(std::uint8_t ageing) {
  return {-rtc::sign_extended(ageing, 8)};
}

// `trim` must be within kTrimRange.
constexpr std::uint8_t ageing(TrimSteps trim) {
  return static_cast<std::uint8_t>(-trim.value & 0xff);
}

}  // namespace isletime::ds3231
