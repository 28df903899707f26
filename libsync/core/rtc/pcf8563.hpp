// SPDX-License-Identifier: MIT
// The PCF8563 (NXP, revision 11): time in 0x02 to 0x08, always in 24-hour mode; bits that do not exist read
// as anything. Datasheets and drivers disagree about its century bit: it is written as 0 for 2000 to 2099,
// and not trusted.
#pragma once

#include "libsync/core/rtc/nxp_clock.hpp"

namespace isletime::pcf8563 {

inline constexpr std::uint8_t kRegisters = 0x10;  // after which the pointer wraps round

// Bits of Control_status_1. TESTC, which a reset sets, and the bits N are written as zero.
inline constexpr std::uint8_t kTest1 = 0x80;

inline constexpr NxpClock kClock{
    .seconds_at = 0x02,
    .test_bits = kTest1,
    .twelve_bit = 0,
    .absent_of_control_1 = 0,
    .zeros_of_control_1 = 0x5f,
    .century_bit = 0x80,
    .has_undefined_bits = true,
    .first_tick = nanoseconds{507'874'000},  // 0.507813 to 0.507935 s
    .offset = std::nullopt,
};

}  // namespace isletime::pcf8563
