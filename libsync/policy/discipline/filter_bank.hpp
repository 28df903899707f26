// SPDX-License-Identifier: MIT
// Sixteen filters side by side, each with its own idea of how much the oscillator wanders and how the
// path's noise looks; those that foretold the samples best are believed most. Nobody has to tune it, and
// what the members disagree on is part of the variance. Seconds and fractions throughout.
#pragma once

#include <array>
#include <cstddef>

#include "libsync/policy/discipline/phase_filter.hpp"

namespace isletime {

class FilterBank {
 public:
  static constexpr std::size_t kMembers = 16;

  struct Frequency {
    double value = 0.0;
    double deviation = 0.0;
  };

  explicit FilterBank(Frequency initial);

  void predict(double interval);
  void observe(const Observation& observation);
  // Whether any member can explain it.
  bool is_consistent(const Observation& observation) const;
  // Also where the first phase comes in.
  void set_phase(double phase, double deviation);

  // The members' mean, `interval` from the last sample; log_weight is without meaning.
  FilterState mean_after(double interval) const;

 private:
  std::array<FilterState, kMembers> members_;
};

}  // namespace isletime
