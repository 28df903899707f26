// SPDX-License-Identifier: MIT
// Describes a clock chip to TableChip: a row of the table in libsync/drivers/chip_rows.hpp, which names only
// what its chip has.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/rtc/rtc_fields.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "libsync/drivers/chip_oscillator.hpp"
#include "libsync/drivers/register_report.hpp"

namespace isletime {

struct RegisterBits {
  std::uint8_t at = 0;
  std::uint8_t bits = 0;  // 0 if the chip has none
};

// If these bits of a control register have the bad value, there is this fault. Its repair writes the good
// one.
struct ControlRule {
  RegisterBits where;
  std::uint8_t bad = 0;
  std::uint8_t good = 0;
  RegisterFault fault{};
};

struct NamedRegister {
  const char* name = nullptr;
  std::uint8_t at = 0;
  std::uint8_t zeros = 0;  // reserved bits, which are written as zero
};

enum class WeekdayCode : std::uint8_t { kFrom1, kFrom0, kOneBit };

// How a write makes a second begin.
enum class SecondStart : std::uint8_t {
  kWithSeconds,  // the write of the seconds register resets the divider
  kOnRelease,    // the divider is held while the clock is stopped
};

struct TrimRow {
  RegisterBits where;
  TrimRange range;
  TrimSteps (*decode)(std::uint8_t bits);
  std::uint8_t (*encode)(TrimSteps trim);
  Dispersion (*ripple)(TrimSteps trim);
};

struct ChipRow {
  static constexpr std::size_t kTimeSize = 7;
  static constexpr std::size_t kLongestImage = 17;

  ChipModel model;

  // A reading takes `size` registers from `first` on.
  std::uint8_t first = 0x00;
  std::uint8_t size;
  // Minutes and hours follow, then weekday and day or day and weekday, month, year.
  std::uint8_t seconds_at = 0x00;
  bool is_weekday_first = true;
  WeekdayCode weekday = WeekdayCode::kFrom1;
  std::array<std::uint8_t, kTimeSize>
      beside_time{};          // bits of these registers that do not belong to the time
  RegisterBits twelve{};      // the hours are those of a clock with hands
  RegisterBits lost{};        // flags that the time was lost
  RegisterBits oscillates{};  // without this bit it was lost, too
  RegisterBits stop{};
  bool is_stop_low = false;   // it stops if the bit is clear
  bool is_unlatched = false;  // a reading that shows second 59 may mix two minutes

  SecondStart start = SecondStart::kOnRelease;
  nanoseconds first_tick = seconds{1};  // after the release
  RegisterBits prescaler{};             // a value to write while it is stopped, which clears the divider
  bool has_hundredths = false;          // in the register before the seconds
  std::uint8_t kept_beside = 0;         // bits of the weekday's register that a set keeps
  RegisterBits flags_kept{};  // of the register of `lost`, unless that is the seconds: these stay as they are
  std::uint8_t flags_ones = 0;  // to be written as ones, which leaves those flags unchanged

  std::array<ControlRule, 4> rules{};
  std::array<NamedRegister, 3> registers{};
  // Registers from here on mirror an EEPROM; 0 if there is none.
  std::uint8_t mirrors_from = 0;
  std::optional<std::uint8_t> thermometer{};  // twelve bits of 1/16 degree, the lowest four first
  std::optional<TrimRow> trim{};
  ChipOscillator oscillator = tuning_fork(std::nullopt);
};

namespace chip_row {

constexpr std::size_t weekday_index(const ChipRow& row) {
  return row.is_weekday_first ? 3 : 4;
}
constexpr std::size_t day_index(const ChipRow& row) {
  return row.is_weekday_first ? 4 : 3;
}

constexpr std::uint8_t zeros_of(const ChipRow& row, std::uint8_t at) {
  for (const NamedRegister& each : row.registers) {
    if (each.name != nullptr && each.at == at) return each.zeros;
  }
  return 0;
}

// `value` is that of the register of row.stop.
constexpr bool is_running(const ChipRow& row, std::uint8_t value) {
  return row.stop.bits == 0 || rtc::has(value, row.stop.bits) == row.is_stop_low;
}

// Returns the register of row.stop for a clock that counts by 24 hours.
constexpr std::uint8_t with_stop(const ChipRow& row, std::uint8_t value, bool is_stopped) {
  const std::uint8_t twelve = row.twelve.at == row.stop.at ? row.twelve.bits : std::uint8_t{0};
  const std::uint8_t zeros = rtc::with(zeros_of(row, row.stop.at), twelve);
  const std::uint8_t sane = rtc::without(value, zeros);
  return is_stopped == row.is_stop_low ? rtc::without(sane, row.stop.bits) : rtc::with(sane, row.stop.bits);
}

// `image` has row.size bytes; `control` is the register of row.stop.
constexpr RtcReading decode(const ChipRow& row, Bytes image, std::uint8_t control, const CivilDate& near) {
  const auto at = [&](std::uint8_t where) { return image[static_cast<std::size_t>(where - row.first)]; };
  const auto field = [&](std::size_t index) {
    const std::uint8_t value = image[row.seconds_at - row.first + index];
    return rtc::without(value, row.beside_time[index]);
  };
  const auto hours_at = static_cast<std::uint8_t>(row.seconds_at + 2);
  const std::uint8_t mode = row.twelve.at == hours_at ? at(hours_at) : control;
  const RtcFields fields{.second = field(0),
                         .minute = field(1),
                         .hour = field(2),
                         .day = field(day_index(row)),
                         .month = field(5),
                         .year = field(6)};
  const bool is_lost = rtc::has(at(row.lost.at), row.lost.bits) ||
                       (row.oscillates.bits != 0 && !rtc::has(at(row.oscillates.at), row.oscillates.bits));
  return {rtc::decode_time(fields, rtc::has(mode, row.twelve.bits) ? HourMode::k12 : HourMode::k24, near),
          is_lost ? Integrity::kLost : Integrity::kGood, is_running(row, control)};
}

constexpr std::uint8_t encode_weekday(WeekdayCode code, const CivilDate& date) {
  switch (code) {
    case WeekdayCode::kFrom1:
      return rtc::weekday_from_1(date);
    case WeekdayCode::kFrom0:
      return rtc::weekday_from_0(date);
    case WeekdayCode::kOneBit:
      return static_cast<std::uint8_t>(1U << rtc::weekday_from_0(date));
  }
  return 0;
}

// `weekday_register` is its present value. `time` must be valid.
constexpr std::array<std::uint8_t, ChipRow::kTimeSize> encode(const ChipRow& row, const CivilTime& time,
                                                              std::uint8_t weekday_register) {
  const RtcFields fields = rtc::encode_time(time);
  std::array<std::uint8_t, ChipRow::kTimeSize> registers{fields.second, fields.minute, fields.hour, 0, 0,
                                                         fields.month,  fields.year};
  registers[day_index(row)] = fields.day;
  registers[weekday_index(row)] = rtc::with(encode_weekday(row.weekday, time.date),
                                            static_cast<std::uint8_t>(weekday_register & row.kept_beside));
  return registers;
}

}  // namespace chip_row
}  // namespace isletime
