// SPDX-License-Identifier: MIT
// Rows that cannot be believed and places where a clock was stepped, told from the rows around them:
// nothing is assumed of the clock but that it mostly goes on as before.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libsync/analysis/clock_row.hpp"

namespace isletime::analysis {

struct Step {
  std::size_t row;  // the first behind it
  double size_s;    // positive: the remote clock was put forward, or the local one back
  bool is_marked;   // the record says so; its size is then what is seen of it
};

// How a row's error grows with its uncertainty, as far as the rows tell: by a power of what that exceeds the
// least of them by, or 0. A half of a round trip errs by what it took longer than it need have.
struct NoiseLaw {
  double least_s = 0.0;
  double typical_s = 0.0;  // the median; 0: no row has an uncertainty
  double power = 0.0;
  double floor_s = 0.0;  // beyond the least; however small an uncertainty, it is no proof that it says all

  // Relative to a row of median uncertainty.
  double deviation(const ClockRow& row) const;
};

struct RowFaults {
  std::vector<std::size_t> outliers;  // ascending
  std::vector<Step> steps;            // ascending
  NoiseLaw law;
  double noise_s;  // deviation of a row of median uncertainty from its neighbours
};

// `least_noise_s`: what the resolution of the readings makes of the finest clock.
RowFaults find_row_faults(std::span<const ClockRow> rows, double least_noise_s);

// The median of the rows' uncertainties, of those that have one; 0: none has.
double median_uncertainty(std::span<const ClockRow> rows);

}  // namespace isletime::analysis
