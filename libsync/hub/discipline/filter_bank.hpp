// SPDX-License-Identifier: MIT
// Twenty filters side by side, each with its own assumptions about the oscillator's wander and the path's
// noise; those that predicted the samples best get the most weight. It needs no tuning, and the members'
// disagreement is part of the variance. Values are in seconds and fractions.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "libsync/hub/discipline/frequency.hpp"
#include "libsync/hub/discipline/phase_filter.hpp"

namespace isletime {

class FilterBank {
 public:
  static constexpr std::size_t kMembers = 20;

  // `models` must outlive the bank; only the first kMembers are used.
  explicit FilterBank(Frequency initial, std::span<const FilterModel> models = all_models());
  // Returns the members that proved necessary, by wander and then by noise.
  static std::span<const FilterModel> all_models();

  void predict(double interval);
  struct Explanation {
    CongestionShares congestion{};  // relative likelihood of each kind; need not sum to 1
    bool is_surprise = false;       // the members with the most weight rather explain it as an outlier
  };
  Explanation observe(const Observation& observation);
  // Returns whether any member can explain it.
  bool is_consistent(const Observation& observation) const;
  // Also sets the first phase.
  void set_phase(double phase, double deviation);
  // The frequency may have changed by this much.
  void loosen_frequency(double deviation);
  // The frequency is unknown, but hardly further from zero than this.
  void forget_frequency(double deviation);

  // Returns the members' mean, `interval` after the last sample; its log_weight has no meaning.
  FilterState mean_after(double interval) const;

 private:
  void restart_lost();

  std::span<const FilterModel> models_;
  std::array<FilterState, kMembers> members_{};
};

}  // namespace isletime
