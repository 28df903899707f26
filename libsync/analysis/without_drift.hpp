// SPDX-License-Identifier: MIT
// Removes the drift from a record's offsets, so that a fault is seen beside what a rate does over days: it
// wanders, and follows the temperature.
#pragma once

#include <span>
#include <vector>

#include "libsync/analysis/clock_row.hpp"

namespace isletime::analysis {

// Returns an offset for each row, in s. It removes what explains the record best: one rate, or one for each
// stretch of it, and besides it an effect of the temperature where the rows have that.
std::vector<double> without_drift(std::span<const ClockRow> rows);

}  // namespace isletime::analysis
