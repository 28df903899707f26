// SPDX-License-Identifier: MIT
// Fits lines by methods to compare with: ordinary least squares, the Theil-Sen line with Sen's interval
// (1968), and least squares with the interval of Newey and West (1987, 1994), which allows for correlated
// noise.
#pragma once

#include <vector>

#include "tests/proof/field_records.hpp"

namespace isletime::proof {

struct PlainFit {
  double rate;
  double half_width;  // at 95 %
};

PlainFit least_squares(const std::vector<FieldRow>& rows);
PlainFit newey_west(const std::vector<FieldRow>& rows);
PlainFit theil_sen(const std::vector<FieldRow>& rows);

}  // namespace isletime::proof
