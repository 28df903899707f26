// SPDX-License-Identifier: MIT
// The rows of a record that a fit believes, cut where an offset does not continue the one before.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libsync/analysis/clock_row.hpp"
#include "libsync/analysis/row_faults.hpp"

namespace isletime::analysis {

struct Believed {
  std::vector<ClockRow> rows;
  std::vector<std::size_t> numbers;    // of each, among all
  std::vector<bool> begins;            // its offset continues none before
  std::vector<double> degree_seconds;  // by integrate_temperature()
};

// Keeps all rows but the outliers. Both lists are ascending.
Believed believed_rows(std::span<const ClockRow> rows, const std::vector<std::size_t>& outliers,
                       const std::vector<Step>& steps);

// The integral of the temperature above `mean_c`, in degree seconds, up to each row; a row without a
// temperature has that of the row before. Needs at least one row.
void integrate_temperature(Believed& record, double mean_c);

}  // namespace isletime::analysis
