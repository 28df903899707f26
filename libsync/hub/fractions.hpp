// SPDX-License-Identifier: MIT
// Converts rates between the discipline, which computes with fractions, and the policies, which use parts per
// million.
#pragma once

#include <algorithm>
#include <cmath>

#include "libsync/core/time_types.hpp"

namespace isletime {

inline constexpr double kPerMillion = 1e-6;

// A change of a few kelvins shifts a crystal's frequency by this much, which an estimate of the past does not
// contain.
inline constexpr double kChangeOfFrequency = 0.5 * kPerMillion;

// Clamps to a tenth, 100,000 ppm.
inline Ppm to_ppm(double fraction) {
  return {std::llround(std::clamp(fraction / kPerMillion, -1e5, 1e5) * 65536)};
}

constexpr double to_fraction(Ppm ppm) {
  return static_cast<double>(ppm.scaled) / 65536 * kPerMillion;
}

}  // namespace isletime
