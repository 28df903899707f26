// SPDX-License-Identifier: MIT
// Converts seconds as a JSON number (RFC 8259, section 6) to nanoseconds from its digits. A double would lose
// nanoseconds beyond 52 days; this is exact, and rounds half away from zero after the ninth decimal.
#pragma once

#include <string_view>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

// An error is a clause such as "is not a number".
Result<nanoseconds, const char*> parse_decimal_seconds(std::string_view text);

}  // namespace isletime
