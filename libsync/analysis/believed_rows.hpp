// SPDX-License-Identifier: MIT
// Selects the rows of a record that a fit believes, and says where an offset does not continue the one
// before.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libsync/analysis/clock_row.hpp"
#include "libsync/analysis/row_faults.hpp"

namespace isletime::analysis {

struct Believed {
  std::vector<ClockRow> rows;
  std::vector<std::size_t> numbers;  // each row's number among all rows
  std::vector<bool> begins;          // a segment: its offset does not continue the one before
  // integrate_temperature() fills these, one value for each row:
  std::vector<double> degrees;         // above the mean
  std::vector<double> degree_seconds;  // their integral
  std::vector<double> squares;         // of the degrees, minus their mean
  std::vector<double> square_seconds;
};

// Keeps all rows but the outliers. Both lists are ascending.
Believed believed_rows(std::span<const ClockRow> rows, const std::vector<std::size_t>& outliers,
                       const std::vector<Step>& steps);

// Integrates the temperature above its mean over time, and the square of that less its mean, so that both
// integrals end at 0. A row without a temperature has that of the row before. Returns the mean. Needs
// rows over some time, with a temperature in one at least.
double integrate_temperature(Believed& record);

}  // namespace isletime::analysis
