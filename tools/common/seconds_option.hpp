// SPDX-License-Identifier: MIT
// Durations on a command line: decimal seconds, read exactly.
#pragma once

#include <optional>
#include <string_view>

#include "libsync/core/time_types.hpp"

namespace isletime {

// Parses "2", "0.25" or ".5", with up to nine digits before and after the point. Returns nothing if it is no
// such number.
std::optional<nanoseconds> parse_seconds(std::string_view text);

}  // namespace isletime
