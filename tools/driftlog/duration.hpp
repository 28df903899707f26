// SPDX-License-Identifier: MIT
// Parses durations on driftlog's command line, which are mostly long.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/time_types.hpp"
#include "tools/common/command_line.hpp"

namespace isletime::driftlog {

// Parses "90", "1.5h" or "2d": seconds, or a number with s, m, h or d. Returns nothing if it is no duration.
std::optional<nanoseconds> parse_duration(const std::string& text);

// The duration must be at least `least`; `what` completes "is not ...".
Check must_be_duration(nanoseconds least, const char* what);

}  // namespace isletime::driftlog
