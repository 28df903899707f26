// SPDX-License-Identifier: MIT
// Arithmetic on durations that saturates: times claimed by others may be centuries apart, and must not
// overflow.
#pragma once

#include "libsync/core/time_types.hpp"

namespace isletime {

constexpr nanoseconds saturated_sum(nanoseconds a, nanoseconds b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a.count(), b.count(), &sum)) return nanoseconds{sum};
  return b > nanoseconds::zero() ? nanoseconds::max() : nanoseconds::min();
}

constexpr nanoseconds saturated_difference(nanoseconds a, nanoseconds b) {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(a.count(), b.count(), &difference)) return nanoseconds{difference};
  return b < nanoseconds::zero() ? nanoseconds::max() : nanoseconds::min();
}

constexpr nanoseconds magnitude(nanoseconds duration) {
  return duration < nanoseconds::zero() ? saturated_difference(nanoseconds::zero(), duration) : duration;
}

constexpr WallTime shifted(WallTime time, nanoseconds by) {
  return WallTime{saturated_sum(time.time_since_epoch(), by)};
}

}  // namespace isletime
