// SPDX-License-Identifier: MIT
// Durations on a command line: decimal seconds, read exactly.
#pragma once

#include <optional>
#include <string_view>

#include "libsync/core/time_types.hpp"

namespace isletime {

// "2", "0.25", ".5": up to nine digits before and behind the point. Absent: not one.
std::optional<nanoseconds> parse_seconds(std::string_view text);

}  // namespace isletime
