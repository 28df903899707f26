// SPDX-License-Identifier: MIT
// Finds out whether readings show whole steps only, as a display's seconds do, and which steps. The evidence
// is in the readings themselves, in the rows' bounds and in jumps of a second that those bounds allow for;
// the rounding of the time column does not matter.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libsync/analysis/clock_row.hpp"

namespace isletime::analysis {

// The steps that readings lie on exactly. They are steps of the offset as written down, or of the remote
// clock's time.
struct Lattice {
  double step_s;
  bool is_of_time;
  ClockRow first;  // a row that is on it

  bool holds(const ClockRow& row) const;
  // Returns the distance from the nearest step, in seconds.
  double distance(const ClockRow& row) const;
};

struct Resolution {
  double step_s;
  bool is_coarse;                  // the steps hide the readings' own noise, so that they do not average out
  std::optional<Lattice> lattice;  // absent: the times are not known well enough
};

// `typical_uncertainty` is 0 where the rows have none. Needs at least 6 rows.
std::optional<Resolution> find_resolution(std::span<const ClockRow> rows, double typical_uncertainty);

// Returns whether steps of this size hide the clock's own noise, so that readings do not average out.
bool hides_noise(std::span<const ClockRow> rows, double step_s);

}  // namespace isletime::analysis
