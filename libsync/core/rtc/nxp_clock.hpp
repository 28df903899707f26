// SPDX-License-Identifier: MIT
// NXP's PCF85063A, PCF8523 and PCF8563: their common code, and a table of their differences. All are read
// from register 0 to the years at once. They are set with STOP: the first tick comes a fixed time after its
// release. Bit 7 of the seconds is the oscillator stop flag.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/rtc/rtc_fields.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

// The offset register of the PCF85063A and the PCF8523: bit 7 is its mode, the others are two's complement. A
// positive offset slows the clock (both datasheets, "offset calibration": 3 for 32 768.48 Hz). Pulses correct
// single seconds: in mode 0 one a minute from every second hour on, in mode 1 one a second from the beginning
// of every interval on; those beyond 60 come with the 60th.
struct NxpOffset {
  std::uint8_t at;
  nanoseconds pulse;  // in mode 1
  int interval;       // in mode 1, in seconds
};

struct NxpClock {
  std::uint8_t seconds_at;           // of the first time register
  std::uint8_t test_bits;            // of Control_1; must be zero
  std::uint8_t twelve_bit;           // of Control_1; 0 if it has only 24-hour mode
  std::uint8_t absent_of_control_1;  // they read as zero
  std::uint8_t zeros_of_control_1;   // to be written as zero, however they read; also the software reset
  std::uint8_t century_bit;          // of the month; 0 if there is none
  bool has_undefined_bits;           // bits that do not exist read as anything
  nanoseconds first_tick;            // after the release of STOP
  std::optional<NxpOffset> offset;
};

namespace nxp {

inline constexpr std::uint8_t kControl1 = 0x00;
inline constexpr std::uint8_t kControl2 = 0x01;
inline constexpr std::uint8_t kStop = 0x20;

// The order of the registers, counted from the seconds: minutes, hours, then these.
inline constexpr std::size_t kDay = 3;
inline constexpr std::size_t kWeekday = 4;
inline constexpr std::size_t kMonth = 5;
inline constexpr std::size_t kYear = 6;
inline constexpr std::size_t kTimeSize = 7;
inline constexpr std::size_t kLongestImage = 11;

constexpr std::size_t image_size(const NxpClock& clock) {
  return clock.seconds_at + kTimeSize;
}

// `image` has image_size() bytes, from register 0.
constexpr RtcReading decode(const NxpClock& clock, Bytes image, const CivilDate& near) {
  const Bytes time = image.subspan(clock.seconds_at);
  const auto field = [&](std::size_t at, std::uint8_t bits) {
    return clock.has_undefined_bits ? static_cast<std::uint8_t>(time[at] & bits) : time[at];
  };
  const RtcFields fields{
      .second = rtc::without(time[0], rtc::kFlagBesideSeconds),
      .minute = field(1, 0x7f),
      .hour = field(2, 0x3f),
      .day = field(kDay, 0x3f),
      .month =
          rtc::without(field(kMonth, static_cast<std::uint8_t>(0x1f | clock.century_bit)), clock.century_bit),
      .year = time[kYear],
  };
  const HourMode mode = rtc::has(image[kControl1], clock.twelve_bit) ? HourMode::k12 : HourMode::k24;
  return {rtc::decode_time(fields, mode, near),
          rtc::has(time[0], rtc::kFlagBesideSeconds) ? Integrity::kLost : Integrity::kGood,
          !rtc::has(image[kControl1], kStop)};
}

// Returns the time registers with the flag cleared, for 24-hour mode. `time` must be valid.
constexpr std::array<std::uint8_t, kTimeSize> encode(const NxpClock& clock, const CivilTime& time) {
  const RtcFields fields = rtc::encode_time(time);
  std::array<std::uint8_t, kTimeSize> registers{fields.second, fields.minute, fields.hour, 0, 0,
                                                fields.month,  fields.year};
  registers[kDay] = fields.day;
  registers[kWeekday] = rtc::weekday_from_0(time.date);
  if (rtc::is_odd_century(time.date)) registers[kMonth] = rtc::with(registers[kMonth], clock.century_bit);
  return registers;
}

// Returns Control_1 without test mode.
constexpr std::uint8_t sane(const NxpClock& clock, std::uint8_t control_1) {
  return rtc::without(control_1, static_cast<std::uint8_t>(clock.test_bits | clock.zeros_of_control_1));
}

// Returns Control_1 without test mode, 12-hour mode and STOP.
constexpr std::uint8_t running(const NxpClock& clock, std::uint8_t control_1) {
  return rtc::without(sane(clock, control_1), static_cast<std::uint8_t>(kStop | clock.twelve_bit));
}

constexpr std::uint8_t stopped(const NxpClock& clock, std::uint8_t control_1) {
  return rtc::with(running(clock, control_1), kStop);
}

// This code writes mode 1, because mode 0 corrects by up to 2 s every two hours.
inline constexpr std::uint8_t kOffsetMode = 0x80;
inline constexpr std::int32_t kMode0Ppb = 4340;
inline constexpr std::int32_t kMode1Ppb = 4069;
inline constexpr TrimRange kTrimRange{.least = {-63}, .most = {64}, .step_ppb = kMode1Ppb};
inline constexpr NxpOffset kMode0{.at = 0, .pulse = nanoseconds{seconds{1}} / 32, .interval = 7200};

// Converts a trim of mode 0, whose steps are slightly larger, to the nearest number of steps of mode 1.
constexpr TrimSteps trim(std::uint8_t offset) {
  const std::int32_t steps = -rtc::sign_extended(offset, 7);
  if (rtc::has(offset, kOffsetMode)) return {steps};
  const std::int32_t half = steps < 0 ? -kMode1Ppb / 2 : kMode1Ppb / 2;
  const std::int32_t converted = (steps * kMode0Ppb + half) / kMode1Ppb;
  return {std::clamp(converted, kTrimRange.least.value, kTrimRange.most.value)};
}

// Returns whether the clock is corrected in lumps, in mode 0.
constexpr bool is_lumpy(std::uint8_t offset) {
  return !rtc::has(offset, kOffsetMode) && offset != 0;
}

// Returns how far the pulses hold the clock off an even pace, either way: they come one after the other, and
// then none until the interval ends.
constexpr Dispersion ripple(const NxpOffset& mode_1, std::uint8_t offset) {
  const bool is_mode_1 = rtc::has(offset, kOffsetMode);
  const NxpOffset& mode = is_mode_1 ? mode_1 : kMode0;
  const std::int32_t steps = rtc::sign_extended(offset, 7);
  const std::int32_t count = steps < 0 ? -steps : steps;
  if (count == 0) return {};
  const std::int32_t spread = std::min<std::int32_t>(count, 60);
  const std::int32_t of_interval = spread * (is_mode_1 ? 1 : 60);  // in seconds
  const nanoseconds while_spread = mode.pulse * spread * (mode.interval - of_interval) / mode.interval;
  return {(while_spread + mode.pulse * (count - spread + 1)) / 2};
}

// `trim` must be within kTrimRange.
constexpr std::uint8_t offset(TrimSteps trim) {
  return rtc::with(static_cast<std::uint8_t>(-trim.value & 0x7f), kOffsetMode);
}

}  // namespace nxp
}  // namespace isletime
