// SPDX-License-Identifier: MIT
// Durations on driftlog's command line, which are mostly long.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/time_types.hpp"
#include "tools/common/cli_classes.hpp"

namespace isletime::driftlog {

// "90", "1.5h", "2d": seconds, or with s, m, h or d. Absent: none.
std::optional<nanoseconds> parse_duration(const std::string& text);

// At least `least`; `what` completes "is not ...".
CLI::Validator must_be_duration(nanoseconds least, const char* what);

}  // namespace isletime::driftlog
