// SPDX-License-Identifier: MIT
// The parts that an estimator is made of. Whatever runs has all of them; tests/sim leaves one or another out,
// to show what it buys (docs/discipline.md).
#pragma once

#include <span>

#include "libsync/hub/discipline/congestion.hpp"
#include "libsync/hub/discipline/filter_bank.hpp"

namespace isletime {

struct EstimatorModel {
  std::span<const FilterModel> members = FilterBank::all_models();
  CongestionShares congestion = Congestion::kAtFirst;
  double congestion_change =
      Congestion::kChange;       // 1: what explained a long round trip says nothing of the next
  bool disproves = true;         // an estimate outside of half of the round trip
  bool doubts_frequency = true;  // after a step
  bool keeps_route = true;       // while all round trips are long, until holding has cost too much
  bool follows_up = true;        // what comes as a surprise
};

}  // namespace isletime
