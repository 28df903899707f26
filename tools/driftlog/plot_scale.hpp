// SPDX-License-Identifier: MIT
// Axes: their ranges, their units, and where their numbers stand.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

struct Range {
  double low;
  double high;

  double width() const { return high - low; }
  void take_in(double value);
};

// Adds room at both ends, and makes the range at least this wide.
Range with_margin(Range range, double least_width);

struct TimeUnit {
  const char* name;  // UTF-8
  double seconds;
};

// The unit in which the largest time has one to six digits.
TimeUnit unit_for(double largest_s);

struct Tick {
  double at;
  std::string label;
};

struct Axis {
  Range range;
  std::string name;
  std::vector<Tick> ticks;
};

// Ticks in seconds from `from`: in UTC, or, where a record has no dates or is over in no time, from its
// beginning. `most`: of ticks, at least 2.
Axis time_axis(WallTime from, double length_s, std::size_t most);

// Ticks at round numbers.
std::vector<Tick> even_ticks(Range range, std::size_t most);

// Ticks of a logarithmic axis: values are decimal logarithms, over at least a decade.
std::vector<Tick> decade_ticks(Range range);
// Ticks at averaging times in seconds.
Axis averaging_axis(Range log_tau);

}  // namespace isletime::driftlog
