// SPDX-License-Identifier: MIT
// The scale that a battery clock is set to, UTC or this machine's local time, and the system's.
#pragma once

#include <optional>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::rtcset {

enum class ChipScale : std::uint8_t { kUtc, kLocalTime };

// `shown`: since the epoch, if what the chip shows were UTC. Of local times that come twice in a year, the
// system's choice.
seconds to_utc(seconds shown, ChipScale scale);
seconds from_utc(seconds utc, ChipScale scale);

}  // namespace isletime::rtcset
