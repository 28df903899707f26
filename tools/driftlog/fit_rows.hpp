// SPDX-License-Identifier: MIT
// A record's rows for a fit, by source: sample records as CSV or JSON lines, and other people's CSV. It is
// read as a stream; a fault refuses the record with its line, for half of what somebody meant is a wrong
// number.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "libsync/analysis/clock_row.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "tools/driftlog/fit_columns.hpp"

namespace isletime::driftlog {

inline constexpr std::size_t kMostFitRows = 4'000'000;
inline constexpr std::size_t kMostFitSources = 64;

struct SourceRows {
  std::string source;          // empty: the record names none
  WallTime start;              // what the rows' times count from
  nanoseconds first_offset{};  // and their offsets
  std::vector<analysis::ClockRow> rows;
  std::size_t without_offset = 0;  // rows that were passed over
};

// Returns at least one. Error: a clause, with its line where it has one.
Result<std::vector<SourceRows>, std::string> read_fit_rows(std::istream& file, const ColumnNames& names);

}  // namespace isletime::driftlog
