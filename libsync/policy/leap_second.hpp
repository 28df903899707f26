// SPDX-License-Identifier: MIT
// When an announced leap second takes place, and whether a time is too close to it: servers and kernels
// disagree about the seconds around one (RFC 8633, section 3.7).
#pragma once

#include <chrono>
#include <optional>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

inline constexpr nanoseconds kLeapSecondMargin = seconds{5};

// Returns nothing if the result is beyond WallTime's range.
constexpr std::optional<WallTime> end_of_day(WallTime time) {
  using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;
  if (time > WallTime::max() - Days{1}) return std::nullopt;
  return WallTime{std::chrono::floor<Days>(time.time_since_epoch()) + Days{1}};
}

// Returns the instant of the leap second that the server announces. `stamp` is one of its current timestamps.
constexpr std::optional<WallTime> announced_leap_second(const Header& header, NtpTimestamp stamp,
                                                        WallTime near) {
  if (header.leap != Leap::kInsert && header.leap != Leap::kDelete) return std::nullopt;
  const auto server_time = unfold(stamp, near);
  return server_time ? end_of_day(*server_time) : std::nullopt;
}

constexpr bool is_near_leap_second(std::optional<WallTime> leap_second, WallTime server_time) {
  if (!leap_second) return false;
  const nanoseconds since = elapsed(*leap_second, server_time);
  return since >= -kLeapSecondMargin && since <= kLeapSecondMargin;
}

}  // namespace isletime
