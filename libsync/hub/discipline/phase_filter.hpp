// SPDX-License-Identifier: MIT
// A Kalman filter with two states, the phase and frequency of an oscillator, for one assumed wander and one
// assumed noise of the path. Its log-weight says how well it has predicted the samples. Values are in seconds
// and fractions; phase is local - true.
#pragma once

#include <cstdint>

#include "libsync/hub/discipline/congestion.hpp"

namespace isletime {

struct Observation {
  double phase = 0.0;        // as measured
  double half_width = 0.0;   // of the box, from the sample's excess delay
  double reach = 0.0;        // half of the round trip: the phase cannot be further away, whatever the queues
  double mean_excess = 0.0;  // of the source's path, in one direction; positive
  double precision = 0.0;    // of the timestamps; positive
  // The position of the error within the box is unknown, and may be the same each time.
  bool is_bound = false;
  CongestionShares congestion = Congestion::kAtFirst;  // used if the round trip is a long one
};

enum class NoiseKind : std::uint8_t { kBox, kNormal };

struct FilterModel {
  double wander = 0.0;  // deviation that the random walk of the frequency gains per sqrt(s)
  NoiseKind noise = NoiseKind::kBox;
  double softness = 0.0;        // of the box's edges, or the normal's deviation, in mean excesses
  double log_weight = 0.0;      // initial weight, relative to the others
  double outlier_share = 1e-3;  // share of all samples whose error comes from neither a queue nor the clock
};

struct FilterState {
  double phase = 0.0;
  double frequency = 0.0;
  double var_phase = 0.0;
  double covariance = 0.0;
  double var_frequency = 0.0;
  double log_weight = 0.0;
};

FilterState predicted(FilterState state, double wander, double interval);

struct Evidence {
  double log_likelihood = 0.0;    // of the observation
  CongestionShares congestion{};  // share of each kind in the likelihood
  double outlier = 0.0;           // the share that comes from neither clock nor queue
};

// The weight does not include the log-likelihood yet.
Evidence observe(FilterState& state, const FilterModel& model, const Observation& observation);

// Returns whether this filter can explain the observation at all.
bool is_consistent(const FilterState& state, const FilterModel& model, const Observation& observation);

// Sets a new phase and keeps the frequency.
void set_phase(FilterState& state, double phase, double variance);

// The frequency may have changed by this much.
void loosen_frequency(FilterState& state, double deviation);

// The frequency lies within the deviation of zero, or slightly beyond; the last mean is kept if it does.
void forget_frequency(FilterState& state, double deviation);

}  // namespace isletime
