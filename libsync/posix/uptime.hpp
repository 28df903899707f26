// SPDX-License-Identifier: MIT
// How long ago the machine was started, including the time that it was asleep (proc(5), uptime): to the
// kernel's 10 ms. It does not use CLOCK_BOOTTIME, which clock simulators do not know.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

// Absent where the kernel does not say.
std::optional<nanoseconds> uptime();

}  // namespace isletime
