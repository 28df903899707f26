// SPDX-License-Identifier: MIT
// What readings say of a clock's rate that show whole steps only, as a display's seconds: their errors
// are no noise that averages out but a staircase. Each reading is a bound below and one above; a line
// must pass between all of them, and each that does is as likely as any other.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "libsync/analysis/drift_posterior.hpp"

namespace isletime::analysis {

struct Bound {
  double time_s;
  double low_s;
  double high_s;
  bool begins;  // its offset continues none before
};

struct BoundedSlope {
  DriftPosterior posterior;
  std::vector<std::size_t> outliers;  // of the bounds given, ascending
  std::vector<std::size_t> breaks;    // where no line passes on: a step
};

// Of at least 2 bounds over some time. The bounds are widened as little as lets a line pass: the clock's
// own noise. Absent: they would have to be widened by more than `most_widening_s`.
std::optional<BoundedSlope> estimate_slope_within(std::span<const Bound> bounds, double most_widening_s);

}  // namespace isletime::analysis
