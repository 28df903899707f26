// SPDX-License-Identifier: MIT
// Switches for the parts of an estimator. The programs enable all of them; tests/sim disables one or another
// to show its benefit (docs/discipline.md).
#pragma once

#include <span>

#include "libsync/hub/discipline/congestion.hpp"
#include "libsync/hub/discipline/filter_bank.hpp"

namespace isletime {

struct EstimatorModel {
  std::span<const FilterModel> members = FilterBank::all_models();
  CongestionShares congestion = Congestion::kAtFirst;
  double congestion_change =
      Congestion::kChange;       // with 1 the cause of a long round trip says nothing about the next
  bool disproves = true;         // rejects an estimate outside of half of the round trip
  bool doubts_frequency = true;  // after a step
  bool keeps_route = true;       // while all round trips are long, until holdover has cost too much
  bool follows_up = true;        // polls soon after a surprise
};

}  // namespace isletime
