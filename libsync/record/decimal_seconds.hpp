// SPDX-License-Identifier: MIT
// Seconds as a JSON number (RFC 8259, section 6) to nanoseconds, from its digits and not by way of
// a double, which keeps no nanoseconds beyond 52 days: exact, and rounded half away from zero
// behind the ninth decimal.
#pragma once

#include <string_view>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

// Error: a clause, as in "is not a number".
Result<nanoseconds, const char*> parse_decimal_seconds(std::string_view text);

}  // namespace isletime
