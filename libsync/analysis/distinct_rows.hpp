// SPDX-License-Identifier: MIT
// Finds the rows of a record that are separate readings. A row that repeats another is none, nor is one of a
// logger that polls faster than its source is updated and logs one value again and again.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libsync/analysis/clock_row.hpp"

namespace isletime::analysis {

struct DistinctRows {
  std::vector<ClockRow> rows;
  std::vector<std::size_t> numbers;  // each row's number among all rows
};

// Leaves out rows whose time and offset an earlier row has.
DistinctRows without_repeats(std::span<const ClockRow> rows);

// Returns whether the source is updated less often than it is logged: its offsets stay the same from row to
// row, and when they change, they change by far more than the last digit.
bool has_held_offsets(const DistinctRows& record);

// Keeps the first of equal offsets in a row.
DistinctRows without_held(const DistinctRows& record);

}  // namespace isletime::analysis
