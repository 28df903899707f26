// SPDX-License-Identifier: MIT
// Axes: their ranges, their units, and the places of their numbers.
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

// Adds a margin at both ends, and makes the range at least this wide.
Range with_margin(Range range, double least_width);

struct TimeUnit {
  const char* name;  // UTF-8
  double seconds;
};

// Returns the unit in which the largest time has one to six digits.
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

// Returns ticks in seconds from `from`. Their labels are in UTC, or relative to the record's beginning if the
// record has no dates or is very short. `most` is the largest number of ticks, at least 2.
Axis time_axis(WallTime from, double length_s, std::size_t most);

// Returns ticks at round numbers.
std::vector<Tick> even_ticks(Range range, std::size_t most);

// Returns ticks of a logarithmic axis. Values are decimal logarithms, over at least a decade.
std::vector<Tick> decade_ticks(Range range);
// Returns ticks at averaging times in seconds.
Axis averaging_axis(Range log_tau);

}  // namespace isletime::driftlog
