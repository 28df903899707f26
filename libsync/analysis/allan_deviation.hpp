// SPDX-License-Identifier: MIT
// The overlapping Allan deviation (IEEE 1139, section 4) by octaves, of rows that need not be evenly spaced:
// three rows that are nearly a time apart make a value. How the deviation falls with time tells the kinds of
// noise.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace isletime::analysis {

struct PhasePoint {
  double time_s;
  double offset_s;
  bool begins;  // a segment: its offset does not continue the one before
};

struct AllanPoint {
  double tau_s;
  double deviation;  // s/s
  std::size_t count;
};

// The times begin at the usual interval of the points and double for as long as 4 values or more make a
// deviation.
std::vector<AllanPoint> allan_deviation(std::span<const PhasePoint> points);

}  // namespace isletime::analysis
