// SPDX-License-Identifier: MIT
// Time since the machine's start, including sleep (proc(5), uptime), to the kernel's 10 ms. It does not use
// CLOCK_BOOTTIME, which clock simulators do not support.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

// Returns nothing if the kernel does not report it.
std::optional<nanoseconds> uptime();

}  // namespace isletime
