// SPDX-License-Identifier: MIT
// Seeded random numbers for a simulated network, whose delays have long tails.
#pragma once

#include <cmath>

#include "libsync/analysis/seeded_random.hpp"

namespace isletime::sim {

class Random : public analysis::SeededRandom {
 public:
  using SeededRandom::SeededRandom;

  // Never returns less than zero. The mean is infinite for a shape up to 1.
  double pareto(double scale, double shape) { return scale * (std::pow(uniform(), -1.0 / shape) - 1.0); }
};

}  // namespace isletime::sim
