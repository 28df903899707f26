// SPDX-License-Identifier: MIT
// Computes the figures of a run from the errors of a machine's clock.
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

  // Returns whether to call judge() now. It takes far longer than add(), so it is called less often.
  static bool is_judged(TrueTime now) { return now % seconds{4} == nanoseconds::zero(); }

  // Adds the clock's error; call it once a second, in order.
  void add(Seconds error) { errors_.push_back(std::abs(error.count())); }
  // `can_know` is false as long as no sample can have shown the machine what its clock does.
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
