// SPDX-License-Identifier: MIT
// The seeded random numbers of a simulation.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

namespace isletime::clocksim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  double normal() { return normal_(engine_); }
  double exponential(double mean) { return mean * exponential_(engine_); }
  double gamma(double shape, double mean) { return mean / shape * std::gamma_distribution{shape}(engine_); }
  // Values are never negative.
  double pareto(double shape, double scale) { return scale * (std::pow(1 - uniform(), -1 / shape) - 1); }
  bool chance(double share) { return uniform() < share; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(engine_()); }

 private:
  double uniform() { return uniform_(engine_); }

  std::mt19937_64 engine_;
  std::exponential_distribution<double> exponential_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
};

}  // namespace isletime::clocksim
