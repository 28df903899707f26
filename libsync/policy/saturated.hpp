// SPDX-License-Identifier: MIT
// Arithmetic on durations that saturates: times claimed by others may be centuries apart, and must not
// overflow.
// time_types.hpp says why functions are marked as not inline.
#pragma once

#include "libsync/core/time_types.hpp"

namespace isletime {

[[gnu::noinline]] constexpr nanoseconds saturated_sum(nanoseconds a, nanoseconds b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a.count(), b.count(), &sum)) return nanoseconds{sum};
  return b > nanoseconds::zero() ? nanoseconds::max() : nanoseconds::min();
}

[[gnu::noinline]] constexpr nanoseconds magnitude(nanoseconds duration) {
  return duration < nanoseconds::zero() ? saturated_difference(nanoseconds::zero(), duration) : duration;
}

[[gnu::always_inline]] constexpr WallTime shifted(WallTime time, nanoseconds by) {
  return WallTime{saturated_sum(time.time_since_epoch(), by)};
}

}  // namespace isletime
