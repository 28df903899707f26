// SPDX-License-Identifier: MIT
// Reads a record's rows for a fit, by source: sample records as CSV or JSON lines, and CSV of other programs.
// It is read as a stream. A malformed line rejects the whole record, because a fit of incomplete rows would
// be wrong, unless the user says to skip such lines.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "libsync/analysis/clock_row.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "tools/driftlog/fit_columns.hpp"
#include "tools/driftlog/zone.hpp"

namespace isletime::driftlog {

inline constexpr std::size_t kMostFitRows = 4'000'000;
inline constexpr std::size_t kMostFitSources = 64;

struct SourceRows {
  std::string source;          // empty if the record names none
  WallTime start;              // the rows' times are relative to this
  nanoseconds first_offset{};  // the rows' offsets are relative to this
  std::vector<analysis::ClockRow> rows;
  std::size_t without_offset = 0;  // rows that were ignored
  std::size_t skipped = 0;         // lines of the file that could not be read, of whatever source
};

struct ReadOptions {
  ColumnNames columns = {};
  std::optional<Zone> zone = {};  // of dates that name none
  bool sorts = false;             // rows may be out of order
  bool skips_bad = false;         // lines that cannot be read are counted
};

// Returns at least one source. The error is a clause, with the line if there is one.
Result<std::vector<SourceRows>, std::string> read_fit_rows(std::istream& file, const ReadOptions& options);

}  // namespace isletime::driftlog
