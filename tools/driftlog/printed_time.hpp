// SPDX-License-Identifier: MIT
// Parses the time as programs print it: RFC 3339, or seconds since 1970 as in `date +%s.%N`, also from a date
// that does not support %N. Other forms, such as milliseconds or a local time without its zone, are rejected.
#pragma once

#include <optional>
#include <string_view>

#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

struct PrintedTime {
  WallTime time;
  nanoseconds resolution;  // the clock read `time` or up to this much more when it was printed
};

// Blanks around the time are ignored. Returns nothing if the text is no time.
std::optional<PrintedTime> parse_printed_time(std::string_view text);

}  // namespace isletime::driftlog
