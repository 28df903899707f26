// SPDX-License-Identifier: MIT
// Sums up what is seen of a machine's clock.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "tests/sim/judged_clock.hpp"
#include "tests/sim/scenario.hpp"
#include "tests/sim/simulation.hpp"

namespace isletime::sim {

class Tally {
 public:
  explicit Tally(const Scenario& scenario) : scenario_(scenario) {}

  // Whether to judge a clock now or only to look at its error: the former takes far longer.
  static bool is_judged(TrueTime now) { return now % seconds{4} == nanoseconds::zero(); }

  // The clock's error, in order, once a second.
  void add(Seconds error) { errors_.push_back(std::abs(error.count())); }
  // `can_know`: whether any sample could have shown it what its clock does now.
  void judge(TrueTime now, const JudgedClock& clock, bool can_know);
  Outcomes sum(double packets) const;

 private:
  bool counts(TrueTime now) const;
  nanoseconds convergence(Seconds rms) const;
  nanoseconds recovery() const;

  const Scenario& scenario_;
  std::vector<double> errors_;
  std::vector<double> counted_errors_;
  double squares_ = 0.0;
  double frequency_squares_ = 0.0;
  double worst_ratio_ = 0.0;
  std::size_t counted_ = 0;
  std::size_t believed_ = 0;
  std::size_t followed_ = 0;
  std::size_t within_bound_ = 0;
  std::size_t within_deviations_ = 0;
};

}  // namespace isletime::sim
