// SPDX-License-Identifier: MIT
// Twenty filters side by side, each with its own idea of how much the oscillator wanders and how the
// path's noise looks; those that foretold the samples best are believed most. Nobody has to tune it, and
// what the members disagree on is part of the variance. Seconds and fractions throughout.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "libsync/hub/discipline/phase_filter.hpp"

namespace isletime {

class FilterBank {
 public:
  static constexpr std::size_t kMembers = 20;

  struct Frequency {
    double value = 0.0;
    double deviation = 0.0;
  };

  // `models`: which outlive it; of more than kMembers the first.
  explicit FilterBank(Frequency initial, std::span<const FilterModel> models = all_models());
  // The members that have been found to be needed, by wander and then by noise.
  static std::span<const FilterModel> all_models();

  void predict(double interval);
  struct Explanation {
    CongestionShares congestion{};  // how likely each kind is, not in sum 1
    bool is_surprise = false;       // those that were believed most rather take it for an outlier
  };
  Explanation observe(const Observation& observation);
  // Whether any member can explain it.
  bool is_consistent(const Observation& observation) const;
  // Also where the first phase comes in.
  void set_phase(double phase, double deviation);
  // The frequency may have changed by so much.
  void loosen_frequency(double deviation);
  // Nothing is known of the frequency but that it is hardly further from zero than this.
  void forget_frequency(double deviation);

  // The members' mean, `interval` from the last sample; log_weight is without meaning.
  FilterState mean_after(double interval) const;

 private:
  void restart_lost();

  std::span<const FilterModel> models_;
  std::array<FilterState, kMembers> members_{};
};

}  // namespace isletime
