// SPDX-License-Identifier: MIT
// The timeout with which a program calls poll(2), from the instant at which it has something to do.
#pragma once

#include <chrono>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

// Returns the timeout until then, at least `least`, rounded up so that poll(2) does not return just before
// it; -1, forever, if there is nothing to wake up for. A sanitizer may delay a signal until the next call
// that it intercepts, so there the wait is limited.
int poll_timeout(std::optional<MonoTime> wakeup, std::chrono::milliseconds least = {});

}  // namespace isletime
