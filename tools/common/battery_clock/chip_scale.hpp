// SPDX-License-Identifier: MIT
// Converts between UTC and the scale that a battery clock is set to: UTC or this machine's local time.
#pragma once

#include <optional>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::battery_clock {

enum class ChipScale : std::uint8_t { kUtc, kLocalTime };

// `shown` is the chip's reading as seconds since the epoch, as if it were UTC. If the local time occurs
// twice, as at the end of daylight saving, the one nearer to `near` is returned.
seconds to_utc(seconds shown, ChipScale scale, seconds near);
seconds from_utc(seconds utc, ChipScale scale);
bool comes_twice(seconds shown, ChipScale scale);

}  // namespace isletime::battery_clock
