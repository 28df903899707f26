// SPDX-License-Identifier: MIT
#include "libsync/policy/leap_second.hpp"

#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

constexpr nanoseconds kMargin = seconds{5};

// Returns nothing if the result is beyond WallTime's range.
std::optional<WallTime> end_of_day(WallTime time) {
  constexpr nanoseconds kDay = seconds{86'400};
  if (time > WallTime::max() - kDay) return std::nullopt;
  const nanoseconds since_midnight = time.time_since_epoch() % kDay;  // until midnight before 1970
  return time - since_midnight + (since_midnight < nanoseconds::zero() ? nanoseconds::zero() : kDay);
}

}  // namespace

std::optional<WallTime> announced_leap_second(Leap leap, NtpTimestamp stamp, WallTime near) {
  if (leap != Leap::kInsert && leap != Leap::kDelete) return std::nullopt;
  const auto server_time = unfold(stamp, near);
  return server_time ? end_of_day(*server_time) : std::nullopt;
}

bool is_near_leap_second(std::optional<WallTime> leap_second, WallTime server_time) {
  return leap_second && magnitude(elapsed(*leap_second, server_time)) <= kMargin;
}

}  // namespace isletime
