// SPDX-License-Identifier: MIT
// Says whether this program is built with a sanitizer that changes how it must run: its leak check traces the
// process, for which a filter of system calls would kill it, and it delays signals.
#pragma once

namespace isletime {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#elif defined(__has_feature)
inline constexpr bool kIsSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kIsSanitized = false;
#endif

}  // namespace isletime
