// SPDX-License-Identifier: MIT
// The part of a sample record that the analysis uses: when, how far off, how surely. Times and offsets are
// counted from a record's first row, so that a double keeps their nanoseconds.
#pragma once

#include <optional>

namespace isletime::analysis {

struct ClockRow {
  double time_s;    // by the local clock; never before the row above
  double offset_s;  // remote - local
  std::optional<double> uncertainty_s;
  std::optional<double> temperature_c;
  bool is_marked = false;  // something happened to a clock since the row above: a step, a suspension
};

}  // namespace isletime::analysis
