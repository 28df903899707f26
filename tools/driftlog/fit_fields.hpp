// SPDX-License-Identifier: MIT
// Reads the fields of a CSV record for a fit: dates, seconds or parts of seconds, and numbers with a decimal
// point or comma. A fault is a clause.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/time_types.hpp"
#include "tools/driftlog/zone.hpp"

namespace isletime::driftlog {

using FieldFault = std::optional<std::string>;

// A century. No clock is further off, and twice this fits into 64-bit nanoseconds.
inline constexpr double kLargestOffset = 3.2e9;

// Splits a line by RFC 4180. Doubled quotation marks are kept, because no number contains them.
FieldFault split_fields(std::string_view line, char separator, std::vector<std::string_view>& fields);

// Parses a date, or a number of `unit_s` since 1970 or any other start. Dates without a zone need one.
FieldFault read_time(std::string_view text, double unit_s, const std::optional<Zone>& zone, WallTime& time);

FieldFault read_number(std::string_view text, const char* name, double& value);

// Parses seconds exactly, other units with the precision of a double.
FieldFault read_offset(std::string_view text, double unit_s, nanoseconds& offset);

}  // namespace isletime::driftlog
