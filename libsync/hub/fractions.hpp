// SPDX-License-Identifier: MIT
// A rate as the discipline has it, a fraction, and as policies have it, parts per million.
#pragma once

#include <algorithm>
#include <cmath>

#include "libsync/core/time_types.hpp"

namespace isletime {

inline constexpr double kPerMillion = 1e-6;

// A few kelvins change a crystal's frequency by as much beyond what an estimate of it knows.
inline constexpr double kChangeOfFrequency = 0.5 * kPerMillion;

// Held within a tenth.
inline Ppm to_ppm(double fraction) {
  return {std::llround(std::clamp(fraction / kPerMillion, -1e5, 1e5) * 65536)};
}

constexpr double to_fraction(Ppm ppm) {
  return static_cast<double>(ppm.scaled) / 65536 * kPerMillion;
}

}  // namespace isletime
