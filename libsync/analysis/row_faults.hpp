// SPDX-License-Identifier: MIT
// Finds rows that cannot be believed and places where a clock was stepped, from the rows around them: it
// assumes of the clock only that it mostly goes on as before. Without it an interval does not miss the rate
// more often, as what is not found is taken for noise: it is wider, by 10,000 times for a local network's
// record with an outlier in 50 rows.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libsync/analysis/clock_row.hpp"

namespace isletime::analysis {

struct Step {
  std::size_t row;  // the first one after it
  double size_s;    // positive: the remote clock was put forward, or the local one back
  bool is_marked;   // the record says so; its size is what the rows show of it
};

// How a row's error grows with its uncertainty, as far as the rows tell: as the excess of the uncertainty
// over the least one, or not at all. Half of a round trip errs by what the trip took longer than the
// shortest.
struct NoiseLaw {
  double least_s = 0.0;
  double typical_s = 0.0;  // the median; 0: the error does not grow
  double floor_s = 0.0;    // beyond the least; a small uncertainty alone proves no small error

  // The deviation of the row's error, relative to that of a row of median uncertainty.
  double deviation(const ClockRow& row) const;
};

struct RowFaults {
  std::vector<std::size_t> outliers;  // ascending
  std::vector<Step> steps;            // ascending
  NoiseLaw law;
  double noise_s;            // deviation of a row of median uncertainty from its neighbours
  double exact_share = 0.0;  // of the rows: these continue the line of those before, to the last digit
};

// Each in deviations of what it limits.
struct FaultLimits {
  // A row's distance from the rows around it. Of a normal distribution one row in 4 * 10^11 is further off,
  // of an exponential one, as that of the way to a server and back is, one in 1000: such a row costs nothing.
  double outlier = 7.0;
  // The change from some rows to the next ones: more than an outlier, as a false step costs the interval far
  // more than a false outlier does.
  double step = 10.0;
};

// `least_noise_s`: the noise that the resolution of the readings adds even to a perfect clock.
RowFaults find_row_faults(std::span<const ClockRow> rows, double least_noise_s,
                          const FaultLimits& limits = {});

// Returns the median of the uncertainties of the rows that have one, or 0 if none has.
double median_uncertainty(std::span<const ClockRow> rows);

}  // namespace isletime::analysis
