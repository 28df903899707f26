// SPDX-License-Identifier: MIT
// The chips that TableChip drives: DS1337 (Maxim 19-4652), DS1339 (19-5770), DS1340 (19-4595), MCP7940x
// (Microchip DS20005010; MCP7941x alike), RV-8803-C7 (Micro Crystal, application manual 1.6; Epson's RX-8803
// alike), RV-3032-C7 (1.2), PCF2127 and PCF2129 (NXP, revision 8), PCF2131 (revision 1). They were compared
// with Linux's drivers, but not tried on silicon. Century bits are not used: the nearest year counts.
#pragma once

#include "libsync/drivers/chip_row.hpp"

namespace isletime {
namespace chip_row {

constexpr ChipOscillator compensated(bool has_thermometer, std::int32_t tolerance_ppb,
                                     std::int32_t temperature_ppb, std::int32_t ageing_ppb,
                                     std::optional<TrimRange> trim = std::nullopt) {
  return {.is_compensated = true,
          .has_thermometer = has_thermometer,
          .tolerance_ppb = tolerance_ppb,
          .temperature_ppb = temperature_ppb,
          .ageing_ppb = ageing_ppb,
          .trim = trim};
}

// The MCP7940x adds or subtracts two cycles a step, once a minute. Bit 7 adds.
constexpr TrimSteps decode_mcp7940x(std::uint8_t value) {
  const std::int32_t steps = value & 0x7f;
  return {rtc::has(value, 0x80) ? steps : -steps};
}
constexpr std::uint8_t encode_mcp7940x(TrimSteps trim) {
  const auto steps = static_cast<std::uint8_t>(trim.value < 0 ? -trim.value : trim.value);
  return trim.value > 0 ? rtc::with(steps, 0x80) : steps;
}
constexpr Dispersion ripple_mcp7940x(TrimSteps trim) {
  const std::int32_t cycles = 2 * (trim.value < 0 ? -trim.value : trim.value);
  return {nanoseconds{seconds{cycles}} / 32768 / 2};
}
inline constexpr TrimRange kMcp7940xTrim{.least = {-127}, .most = {127}, .step_ppb = 1017};

// The RV-3032's offset has six bits of two's complement. A step is a cycle of its oscillator in 128 s; as
// with the RV-3028, a positive offset slows the clock. The ripple supposes that all of them come at once.
constexpr TrimSteps decode_rv3032(std::uint8_t bits) {
  return {-rtc::sign_extended(bits, 6)};
}
constexpr std::uint8_t encode_rv3032(TrimSteps trim) {
  return static_cast<std::uint8_t>(-trim.value & 0x3f);
}
constexpr Dispersion ripple_rv3032(TrimSteps trim) {
  const std::int32_t cycles = trim.value < 0 ? -trim.value : trim.value;
  return {nanoseconds{seconds{cycles}} / 32768 / 2};
}
inline constexpr TrimRange kRv3032Trim{.least = {-31}, .most = {32}, .step_ppb = 238};

constexpr ChipRow ds1337_like(ChipModel model, std::uint8_t zeros_of_control) {
  return {
      .model = model,
      .size = 0x10,
      .beside_time = {0, 0, 0x40, 0, 0, 0x80, 0},  // 12-hour mode, century
      .twelve = {0x02, 0x40},
      .lost = {0x0f, 0x80},
      .stop = {0x0e, 0x80},
      .start = SecondStart::kWithSeconds,
      .flags_kept = {0x0f, 0},
      .flags_ones = 0x03,
      .registers = {NamedRegister{"Control", 0x0e, zeros_of_control}, NamedRegister{"Status", 0x0f, 0x7c}}};
}

inline constexpr ChipRow kDs1337 = ds1337_like(ChipModel::kDs1337, 0x60);
inline constexpr ChipRow kDs1339 = ds1337_like(ChipModel::kDs1339, 0x40);

// A write of its calibration restarts its second, wherever that is, so it is not trimmed.
inline constexpr ChipRow kDs1340{
    .model = ChipModel::kDs1340,
    .size = 0x0a,
    .beside_time = {0x80, 0, 0xc0, 0, 0, 0, 0},  // EOSC, the century's bits
    .lost = {0x09, 0x80},
    .stop = {0x00, 0x80},
    .start = SecondStart::kWithSeconds,
    .flags_kept = {0x09, 0},
    .registers = {NamedRegister{"Control", 0x07, 0}, NamedRegister{"Trickle Charger", 0x08, 0},
                  NamedRegister{"Flag", 0x09, 0x7f}}};

// It has no flag but ST, which is clear after it had no power, and OSCRUN, which the oscillator sets. Its
// datasheet wants it stopped while it is written, and does not say how long its first second then is: a set
// measures it.
inline constexpr ChipRow kMcp7940x{
    .model = ChipModel::kMcp7940x,
    .size = 0x09,
    .beside_time = {0x80, 0, 0x40, 0x38, 0, 0x20, 0},  // ST, 12-hour mode, OSCRUN to VBATEN, leap year
    .twelve = {0x02, 0x40},
    .oscillates = {0x03, 0x20},
    .stop = {0x00, 0x80},
    .is_stop_low = true,
    .kept_beside = 0x18,
    .rules = {ControlRule{{0x03, 0x08}, 0x00, 0x08, RegisterFault::kBackupOff},
              ControlRule{{0x07, 0x04}, 0x04, 0x00, RegisterFault::kTestMode}},  // trims 128 times a second
    .registers = {NamedRegister{"RTCWKDAY", 0x03, 0xc0}, NamedRegister{"CONTROL", 0x07, 0},
                  NamedRegister{"OSCTRIM", 0x08, 0}},
    .trim = TrimRow{{0x08, 0xff}, kMcp7940xTrim, decode_mcp7940x, encode_mcp7940x, ripple_mcp7940x},
    .oscillator = tuning_fork(kMcp7940xTrim)};

// V2F tells that the time was lost; V1F only that it was not compensated for a while, which
// the bound does not cover, so it counts as well.
inline constexpr ChipRow kRv8803{
    .model = ChipModel::kRv8803,
    .size = 0x10,
    .weekday = WeekdayCode::kOneBit,
    .lost = {0x0e, 0x03},
    .stop = {0x0f, 0x01},
    .is_unlatched = true,
    .flags_kept = {0x0e, 0},
    .flags_ones = 0x3c,
    .rules = {ControlRule{{0x0d, 0x80}, 0x80, 0x00, RegisterFault::kTestMode}},
    .registers = {NamedRegister{"Extension", 0x0d, 0x80}, NamedRegister{"Flag", 0x0e, 0xc0},
                  NamedRegister{"Control", 0x0f, 0xc2}},
    .oscillator = compensated(false, 1'500, 1'500, 5'000)};

// Its switch-over to the battery is off as it is delivered; the mirror of that is at 0xc0.
inline constexpr ChipRow kRv3032{
    .model = ChipModel::kRv3032,
    .first = 0x01,
    .size = 0x11,
    .seconds_at = 0x01,
    .weekday = WeekdayCode::kFrom0,
    .lost = {0x0d, 0x03},
    .stop = {0x11, 0x01},
    .flags_kept = {0x0d, 0},
    .flags_ones = 0xfc,
    .rules = {ControlRule{{0xc0, 0x30}, 0x00, 0x20, RegisterFault::kBackupOff},
              ControlRule{{0xc0, 0x30}, 0x30, 0x20, RegisterFault::kBackupOff}},
    .registers = {NamedRegister{"Status", 0x0d, 0}, NamedRegister{"Control 2", 0x11, 0},
                  NamedRegister{"EEPROM PMU", 0xc0, 0}},
    .mirrors_from = 0xc0,
    .thermometer = 0x0e,
    .trim = TrimRow{{0xc1, 0x3f}, kRv3032Trim, decode_rv3032, encode_rv3032, ripple_rv3032},
    .oscillator = compensated(true, 1'500, 1'500, 5'000, kRv3032Trim)};

// A reading begins after Control_2, because that would stop its watchdog.
inline constexpr ChipRow kPcf2127{
    .model = ChipModel::kPcf2127,
    .first = 0x02,
    .size = 0x08,
    .seconds_at = 0x03,
    .is_weekday_first = false,
    .weekday = WeekdayCode::kFrom0,
    .beside_time = {0x80, 0, 0, 0, 0, 0, 0},  // OSF
    .twelve = {0x00, 0x04},
    .lost = {0x03, 0x80},
    .stop = {0x00, 0x20},
    .first_tick = nanoseconds{507'874'000},
    .rules = {ControlRule{{0x00, 0x80}, 0x80, 0x00, RegisterFault::kTestMode},
              ControlRule{{0x02, 0xe0}, 0xe0, 0x00, RegisterFault::kBackupOff},
              ControlRule{{0x02, 0x04}, 0x04, 0x04, RegisterFault::kBatteryLow}},
    .registers = {NamedRegister{"Control_1", 0x00, 0x48}, NamedRegister{"Control_3", 0x02, 0},
                  NamedRegister{"CLKOUT_ctl", 0x0f, 0x18}},
    .oscillator = compensated(false, 3'000, 5'000, 8'000)};

inline constexpr ChipRow kPcf2131{
    .model = ChipModel::kPcf2131,
    .size = 0x0e,
    .seconds_at = 0x07,
    .is_weekday_first = false,
    .weekday = WeekdayCode::kFrom0,
    .beside_time = {0x80, 0, 0, 0, 0, 0, 0},  // OSF
    .twelve = {0x00, 0x04},
    .lost = {0x07, 0x80},
    .stop = {0x00, 0x20},
    .prescaler = {0x05, 0xa4},
    .has_hundredths = true,
    .rules = {ControlRule{{0x00, 0x80}, 0x80, 0x00, RegisterFault::kTestMode},
              ControlRule{{0x02, 0xe0}, 0xe0, 0x00, RegisterFault::kBackupOff},
              ControlRule{{0x02, 0x04}, 0x04, 0x04, RegisterFault::kBatteryLow}},
    .registers = {NamedRegister{"Control_1", 0x00, 0x08}, NamedRegister{"Control_3", 0x02, 0},
                  NamedRegister{"CLKOUT_ctl", 0x13, 0x18}},
    .oscillator = compensated(false, 3'000, 5'000, 8'000)};

}  // namespace chip_row

inline constexpr std::array kChipRows{chip_row::kDs1337,   chip_row::kDs1339, chip_row::kDs1340,
                                      chip_row::kMcp7940x, chip_row::kRv8803, chip_row::kRv3032,
                                      chip_row::kPcf2127,  chip_row::kPcf2131};

}  // namespace isletime
