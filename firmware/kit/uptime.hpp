// SPDX-License-Identifier: MIT
// The time since the start by the board's counter, extended so that it never wraps.
#pragma once

#include <cstdint>

#include "libsync/core/time_types.hpp"

namespace isletime::firmware {

MonoTime uptime();
// Returns when the counter showed `ticks`, which was less than half a wrap ago.
MonoTime uptime_at(std::uint32_t ticks);

}  // namespace isletime::firmware
