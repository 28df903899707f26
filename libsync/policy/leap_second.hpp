// SPDX-License-Identifier: MIT
// When an announced leap second takes place, and whether a time is too close to it: servers and kernels
// disagree about the seconds around one (RFC 8633, section 3.7).
#pragma once

#include <optional>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

// Returns the instant of the leap second that a server announces, the end of a day, or nothing if that is
// beyond WallTime's range. `stamp` is one of the server's current timestamps.
std::optional<WallTime> announced_leap_second(Leap leap, NtpTimestamp stamp, WallTime near);

// Returns whether the leap second is no more than 5 s away.
bool is_near_leap_second(std::optional<WallTime> leap_second, WallTime server_time);

}  // namespace isletime
