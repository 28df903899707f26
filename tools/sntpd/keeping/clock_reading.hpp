// SPDX-License-Identifier: MIT
// Reads the machine's clocks for the hub.
#pragma once

#include <optional>

#include "libsync/hub/steering.hpp"
#include "libsync/posix/system_clock.hpp"

namespace isletime::sntpd {

// Reads the monotonic and the wall clock.
Instant instant_now();
// `system` is the machine's clock, or nothing if it is not steered.
ClockReading read_clocks(const std::optional<SystemClock>& system);

}  // namespace isletime::sntpd
