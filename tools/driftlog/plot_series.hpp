// SPDX-License-Identifier: MIT
// A clock's rows and its fit, from which a picture is made.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "libsync/analysis/drift_fit.hpp"
#include "tools/driftlog/fit_rows.hpp"

namespace isletime::driftlog {

struct Series {
  std::string name;
  SourceRows record;  // at least one row
  analysis::DriftFit fit;
};

// A row that the fit does not reject.
struct FittedRow {
  std::size_t row;
  double fitted_s;  // its offset by the fit
  double lever_s;   // its time from the middle of its segment
  bool begins;      // a segment
};

// The fit that residuals are measured from: in each segment the common rate and the effect of the
// temperature, through the mean of the segment's rows. Empty if there is no rate.
std::vector<FittedRow> fitted_rows(const Series& series);

// A time at which a clock was stepped, or at which the record says that something happened.
struct Event {
  double time_s;
  bool is_marked;
};

std::vector<Event> events_of(const Series& series);

// Returns the clock's label, "rtc:/dev/i2c-1  +2.31 ppm (+2.10 to +2.52)", or why there is no such number.
std::string title_of(const Series& series);

}  // namespace isletime::driftlog
