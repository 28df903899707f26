// SPDX-License-Identifier: MIT
// The PCF85063A (NXP, revision 6): time in 0x04 to 0x0a, Offset in 0x02. The PCF85063TP (revision 4) has the
// same registers, but no alarm and timer after them.
#pragma once

#include "libsync/core/rtc/nxp_clock.hpp"

namespace isletime::pcf85063a {

inline constexpr std::uint8_t kOffset = 0x02;
inline constexpr std::uint8_t kRegisters = 0x12;  // after which the pointer wraps round
inline constexpr std::uint8_t kRegistersTp = 0x0b;

inline constexpr std::uint8_t kExternalTest = 0x80;  // of Control_1

inline constexpr NxpClock kClock{
    .seconds_at = 0x04,
    .test_bits = kExternalTest,
    .twelve_bit = 0x02,
    .absent_of_control_1 = 0x48,
    .zeros_of_control_1 = 0x58,
    .century_bit = 0,
    .has_undefined_bits = false,
    .first_tick = nanoseconds{507'874'000},  // 0.507813 to 0.507935 s
    .offset = NxpOffset{.at = kOffset, .pulse = nanoseconds{seconds{1}} / 1024, .interval = 240},
};

}  // namespace isletime::pcf85063a
