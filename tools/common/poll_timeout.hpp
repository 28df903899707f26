// SPDX-License-Identifier: MIT
// What the loops of daemons around poll(2) have in common.
#pragma once

#include <chrono>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

// A sanitizer's leak check traces the process, for which a filter of system calls would kill it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#elif defined(__has_feature)
inline constexpr bool kIsSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kIsSanitized = false;
#endif

// Returns the timeout until then, at least `least`, rounded up so that poll(2) does not return just before
// it; -1, forever, if there is nothing to wake up for. A sanitizer may delay a signal until the next call
// that it intercepts, so there the wait is limited.
int poll_timeout(std::optional<MonoTime> wakeup, std::chrono::milliseconds least);

}  // namespace isletime
