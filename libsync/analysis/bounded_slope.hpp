// SPDX-License-Identifier: MIT
// Estimates the rate of a clock whose readings show whole steps only, such as a display's seconds. Their
// errors are a staircase, not noise that averages out. Each reading is a bound below and one above; a line
// must pass between all of them, and each line that does is as likely as any other.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "libsync/analysis/drift_posterior.hpp"

namespace isletime::analysis {

// A quartz clock may wander by this much, in s/s a root second, without whole steps showing it; a window must
// allow for it.
inline constexpr double kHiddenWalk = 3e-9;

struct Bound {
  double time_s;
  double low_s;
  double high_s;
  bool begins;  // a segment: its offset does not continue the one before
};

struct BoundedSlope {
  DriftPosterior posterior;
  std::vector<std::size_t> outliers;  // of the bounds given, ascending
  std::vector<std::size_t> breaks;    // where no line passes on: a step
};

struct Coarseness {
  double step_s;
  double most_jitter_s = 0.0;  // the known error of a reading, beside the step
};

// Assumptions about a clock that leaves its line by more than the error of its readings.
struct WanderPrior {
  double share = 0.1;  // prior probability of such a clock
  // How far the rate wanders in a record, in units of the clock's deviation from its line divided by the
  // length of the record: 1.3 if the noise is white, 13 if it is a walk. Without it, 6 of 100 clocks that
  // walk are covered, not 63.
  double per_deviation = 8.0;
};

// Needs at least 2 bounds at different times. Returns nothing if no line passes through all of them, even
// with half a step of error more for each reading.
std::optional<BoundedSlope> estimate_slope_within(std::span<const Bound> bounds, const Coarseness& coarseness,
                                                  const WanderPrior& prior = {});

}  // namespace isletime::analysis
