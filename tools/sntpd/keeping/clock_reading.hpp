// SPDX-License-Identifier: MIT
// The machine's clocks as the hub is told of them.
#pragma once

#include <optional>

#include "libsync/hub/steering.hpp"
#include "libsync/posix/system_clock.hpp"

namespace isletime::sntpd {

// The monotonic and the wall clock.
Instant instant_now();
// `system`: the machine's clock, where it is steered.
ClockReading read_clocks(const std::optional<SystemClock>& system);

}  // namespace isletime::sntpd
