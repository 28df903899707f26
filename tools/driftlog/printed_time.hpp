// SPDX-License-Identifier: MIT
// The time as programs print it: RFC 3339, or seconds since 1970 as `date +%s.%N` has them, also where date
// does not know %N. Anything else is no time: milliseconds, a local time without its zone.
#pragma once

#include <optional>
#include <string_view>

#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

struct PrintedTime {
  WallTime time;
  nanoseconds resolution;  // when it was printed, the clock read `time` or up to so much more
};

// Blanks around it are ignored. Absent: it is no time.
std::optional<PrintedTime> parse_printed_time(std::string_view text);

}  // namespace isletime::driftlog
