// SPDX-License-Identifier: MIT
// A record's offsets without what its clock drifts, so that a fault is seen beside what a rate does over
// days: it wanders, and follows the temperature.
#pragma once

#include <span>
#include <vector>

#include "libsync/analysis/clock_row.hpp"

namespace isletime::analysis {

// An offset a row, in s. Whatever explains the record best is taken out: one rate, one for each stretch of
// it, or besides it an effect of the temperature, where the rows have that.
std::vector<double> without_drift(std::span<const ClockRow> rows);

}  // namespace isletime::analysis
