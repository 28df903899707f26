// SPDX-License-Identifier: MIT
// The PCF8523 (NXP, revision 6): time in 0x03 to 0x09, Offset in 0x0e. It has a battery input but does not
// use it after a reset: Control_3 selects the switch-over.
#pragma once

#include "libsync/core/rtc/nxp_clock.hpp"

namespace isletime::pcf8523 {

inline constexpr std::uint8_t kControl3 = 0x02;
inline constexpr std::uint8_t kOffset = 0x0e;
inline constexpr std::uint8_t kRegisters = 0x14;  // after which the pointer wraps round

inline constexpr std::uint8_t kTest = 0x40;              // of Control_1
inline constexpr std::uint8_t kPowerManagement = 0xe0;   // of Control_3: three bits
inline constexpr std::uint8_t kNoSwitchOver = 0x40;      // PM 010, 011 and 111, and 110, which is forbidden
inline constexpr std::uint8_t kSwitchedOverFlag = 0x08;  // cleared by writing zero
inline constexpr std::uint8_t kBatteryLow = 0x04;        // read only

inline constexpr std::uint8_t kAbsentOfControl3 = 0x10;  // reads as zero

inline constexpr NxpClock kClock{
    .seconds_at = 0x03,
    .test_bits = kTest,
    .twelve_bit = 0x08,
    .absent_of_control_1 = 0,
    .zeros_of_control_1 = 0x10,
    .century_bit = 0,
    .has_undefined_bits = false,
    .first_tick = nanoseconds{499'939'000},  // 0.499878 to 0.5 s
    .offset = NxpOffset{.at = kOffset, .pulse = nanoseconds{seconds{1}} / 4096, .interval = 60},
};

// Selects the standard switch-over with battery monitoring: PM 000.
constexpr std::uint8_t with_switch_over(std::uint8_t control_3) {
  return rtc::without(control_3, kPowerManagement | kAbsentOfControl3);
}

}  // namespace isletime::pcf8523
