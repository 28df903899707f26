// SPDX-License-Identifier: MIT
// The rows of a record that a fit believes, cut where nothing is continued.
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

// All but the outliers. Both lists ascending.
Believed believed_rows(std::span<const ClockRow> rows, const std::vector<std::size_t>& outliers,
                       const std::vector<Step>& steps);

// Degree seconds away from `mean_c`, up to each row: one that has no temperature is as the one before. At
// least one row.
void integrate_temperature(Believed& record, double mean_c);

}  // namespace isletime::analysis
