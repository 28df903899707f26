// SPDX-License-Identifier: MIT
// How long ago the machine was started, the time that it was asleep included (proc(5), uptime): to the
// 10 ms that the kernel tells. Not by CLOCK_BOOTTIME, which clock simulators do not know.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

// Absent where the kernel does not tell.
std::optional<nanoseconds> uptime();

}  // namespace isletime
