// SPDX-License-Identifier: MIT
// The scale that a battery clock is set to, UTC or this machine's local time, and the system's.
#pragma once

#include <optional>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::battery_clock {

enum class ChipScale : std::uint8_t { kUtc, kLocalTime };

// `shown`: since the epoch, if what the chip shows were UTC. Of a local time that comes twice, as when summer
// time ends, the one that is nearer to `near`.
seconds to_utc(seconds shown, ChipScale scale, seconds near);
seconds from_utc(seconds utc, ChipScale scale);
bool comes_twice(seconds shown, ChipScale scale);

}  // namespace isletime::battery_clock
