// SPDX-License-Identifier: MIT
// Finds rows that cannot be believed and places where a clock was stepped, from the rows around them: it
// assumes of the clock only that it mostly goes on as before.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libsync/analysis/clock_row.hpp"

namespace isletime::analysis {

struct Step {
  std::size_t row;  // the first behind it
  double size_s;    // positive: the remote clock was put forward, or the local one back
  bool is_marked;   // the record says so; its size is what the rows show of it
};

// How a row's error grows with its uncertainty, as far as the rows tell: by a power of the excess of the
// uncertainty over the least one, or not at all (0). Half of a round trip errs by what the trip took longer
// than the shortest.
struct NoiseLaw {
  double least_s = 0.0;
  double typical_s = 0.0;  // the median; 0: no row has an uncertainty
  double power = 0.0;
  double floor_s = 0.0;  // beyond the least; a small uncertainty alone proves no small error

  // The deviation of the row's error, relative to that of a row of median uncertainty.
  double deviation(const ClockRow& row) const;
};

struct RowFaults {
  std::vector<std::size_t> outliers;  // ascending
  std::vector<Step> steps;            // ascending
  NoiseLaw law;
  double noise_s;  // deviation of a row of median uncertainty from its neighbours
};

// `least_noise_s`: the noise that the resolution of the readings adds even to a perfect clock.
RowFaults find_row_faults(std::span<const ClockRow> rows, double least_noise_s);

// The median of the uncertainties of the rows that have one; 0: none has.
double median_uncertainty(std::span<const ClockRow> rows);

}  // namespace isletime::analysis
