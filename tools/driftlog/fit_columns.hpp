// SPDX-License-Identifier: MIT
// Finds the columns of a CSV file of another program, and their units, by their names or as configured.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/result.hpp"

namespace isletime::driftlog {

// One word of --column: our name with its unit, and the name in the file.
using ColumnNames = std::map<std::string, std::string, std::less<>>;

// Parses "time=when,offset_ms=Offset". The error is a clause.
Result<ColumnNames, std::string> parse_column_names(std::string_view text);

struct ScaledColumn {
  std::size_t index;
  double unit_s;  // the unit in seconds
};

struct FitColumns {
  std::size_t time;
  ScaledColumn offset;
  std::optional<ScaledColumn> uncertainty;
  std::optional<std::size_t> temperature;
  std::optional<std::size_t> source;
  std::optional<std::size_t> error;
  std::size_t count;
  double time_unit_s = 1.0;  // of times that are numbers
};

// The error is a clause that says what to do.
Result<FitColumns, std::string> find_columns(const std::vector<std::string_view>& header,
                                             const ColumnNames& names);

}  // namespace isletime::driftlog
