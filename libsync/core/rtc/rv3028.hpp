// SPDX-License-Identifier: MIT
// The RV-3028-C7's registers (Micro Crystal, application manual 1.3): time in 0x00 to 0x06, Status 0x0e,
// Control 0x0f and 0x10, and the mirrors 0x36 and 0x37 of its EEPROM, which hold offset and backup mode.
// Writing the seconds register starts its second.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/bytes.hpp"
#include "libsync/core/rtc/rtc_fields.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::rv3028 {

inline constexpr std::uint8_t kSeconds = 0x00;
inline constexpr std::uint8_t kYear = 0x06;
inline constexpr std::uint8_t kStatus = 0x0e;
inline constexpr std::uint8_t kControl1 = 0x0f;
inline constexpr std::uint8_t kControl2 = 0x10;
inline constexpr std::uint8_t kEepromAddress = 0x25;
inline constexpr std::uint8_t kId = 0x28;
inline constexpr std::uint8_t kOffset = 0x36;
inline constexpr std::uint8_t kBackup = 0x37;

// Bits of the status register.
inline constexpr std::uint8_t kEepromBusy = 0x80;
inline constexpr std::uint8_t kPowerOnReset = 0x01;
inline constexpr std::uint8_t kFlags = 0x7f;  // writing zero clears a flag, and one leaves it unchanged

// Bits of Control 1.
inline constexpr std::uint8_t kAbsentOfControl1 = 0x40;

// Bits of Control 2.
inline constexpr std::uint8_t kTwelveHours = 0x02;
inline constexpr std::uint8_t kReset = 0x01;

// Bits of the backup register.
inline constexpr std::uint8_t kOffsetLowestBit = 0x80;
inline constexpr std::uint8_t kFastEdgeDetection = 0x10;  // "always 1"
inline constexpr std::uint8_t kSwitchOver = 0x0c;         // both bits: switch by the level of the supply
inline constexpr std::uint8_t kSwitchOverOn = 0x04;       // without this bit it is off

// These bits of the time registers read as zero.
inline constexpr std::array<std::uint8_t, 7> kAbsentOfTime{0x80, 0x80, 0xc0, 0xf8, 0xc0, 0xe0, 0x00};

// A reading takes the registers from the seconds to Control 2.
inline constexpr std::size_t kImageSize = kControl2 + 1;
inline constexpr std::size_t kTimeSize = 7;

// A step is 1 / (32 768 * 32).
inline constexpr TrimRange kTrimRange{.least = {-255}, .most = {256}, .step_ppb = 954};

// A step is a cycle of its oscillator in 32 s. This supposes that all of them come at once.
constexpr Dispersion ripple(TrimSteps trim) {
  const std::int32_t steps = trim.value < 0 ? -trim.value : trim.value;
  const nanoseconds correction = nanoseconds{seconds{steps}} / 32768;
  return {correction / 2};
}

// `image` has kImageSize bytes, from register 0.
constexpr RtcReading decode(Bytes image, const CivilDate& near) {
  const RtcFields fields{
      .second = image[0],
      .minute = image[1],
      .hour = image[2],
      .day = image[4],
      .month = image[5],
      .year = image[6],
  };
  const HourMode mode = rtc::has(image[kControl2], kTwelveHours) ? HourMode::k12 : HourMode::k24;
  return {rtc::decode_time(fields, mode, near),
          rtc::has(image[kStatus], kPowerOnReset) ? Integrity::kLost : Integrity::kGood,
          true};  // no bit stops it
}

// `time` must be valid.
constexpr std::array<std::uint8_t, kTimeSize> encode(const CivilTime& time) {
  const RtcFields fields = rtc::encode_time(time);
  return {fields.second, fields.minute, fields.hour, rtc::weekday_from_0(time.date),
          fields.day,    fields.month,  fields.year};
}

// Writing this value clears only this flag.
inline constexpr std::uint8_t kWithoutPowerOnReset = kFlags & ~kPowerOnReset;

constexpr bool is_backup_sane(std::uint8_t backup) {
  return rtc::has(backup, kSwitchOverOn) && rtc::has(backup, kFastEdgeDetection);
}

// If switch-over is on in any mode, the user chose it, and it stays.
constexpr std::uint8_t sane_backup(std::uint8_t backup) {
  const std::uint8_t with_edges = rtc::with(backup, kFastEdgeDetection);
  return rtc::has(backup, kSwitchOverOn) ? with_edges : rtc::with(with_edges, kSwitchOver);
}

// The offset has nine bits of two's complement, the lowest in the backup register; a positive offset slows
// the clock.
constexpr TrimSteps trim(std::uint8_t offset, std::uint8_t backup) {
  return {-rtc::sign_extended(static_cast<std::uint32_t>(offset << 1 | backup >> 7), 9)};
}

// Returns the two registers from kOffset on. `trim` must be within kTrimRange.
constexpr std::array<std::uint8_t, 2> with_trim(TrimSteps trim, std::uint8_t backup) {
  const std::int32_t field = -trim.value & 0x1ff;
  const std::uint8_t rest = rtc::without(backup, kOffsetLowestBit);
  return {static_cast<std::uint8_t>(field >> 1), (field & 1) != 0 ? rtc::with(rest, kOffsetLowestBit) : rest};
}

}  // namespace isletime::rv3028
