// SPDX-License-Identifier: MIT
// The rows of a record that are readings of their own: not those that repeat a row, nor those of a logger
// that polls faster than its source is updated, and logs one value again and again.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libsync/analysis/clock_row.hpp"

namespace isletime::analysis {

struct DistinctRows {
  std::vector<ClockRow> rows;
  std::vector<std::size_t> numbers;  // of each, among all
};

// Leaves out rows whose time and offset an earlier row has.
DistinctRows without_repeats(std::span<const ClockRow> rows);

// Whether the offsets are those of a source that is updated less often than it is logged: they stay the same
// from row to row, and change by far more than the last digit when they do.
bool has_held_offsets(const DistinctRows& record);

// Keeps the first of equal offsets in a row.
DistinctRows without_held(const DistinctRows& record);

}  // namespace isletime::analysis
