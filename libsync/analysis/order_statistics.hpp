// SPDX-License-Identifier: MIT
// Medians, and the spread that they give; a few wrong rows cannot move them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace isletime::analysis {

// The search for a least value starts here: every value is less.
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Needs at least one value; returns the lower of the middle two.
inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The standard deviation of the normal distribution whose median distance from zero is the same.
inline double spread_about_zero(std::vector<double> values) {
  for (double& value : values) value = std::abs(value);
  return 1.4826 * median(std::move(values));
}

}  // namespace isletime::analysis
