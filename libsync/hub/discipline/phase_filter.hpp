// SPDX-License-Identifier: MIT
// One two-state Kalman filter of an oscillator, phase and frequency, for one assumed wander and one
// assumed noise of the path. Its log-weight says how well it has foretold what came.
// Seconds and fractions throughout; phase is local - true.
#pragma once

#include <cstdint>

#include "libsync/hub/discipline/congestion.hpp"

namespace isletime {

struct Observation {
  double phase = 0.0;        // as measured
  double half_width = 0.0;   // of the box that the sample's excess delay gives
  double reach = 0.0;        // the phase cannot be further away, whatever the queues: half the round trip
  double mean_excess = 0.0;  // of the source's path, one way; above zero
  double precision = 0.0;    // of the stamps; above zero
  // Nothing is known of how the error lies within the box: it may be the same each time.
  bool is_bound = false;
  CongestionShares congestion = Congestion::kAtFirst;  // if the round trip is a long one
};

enum class NoiseKind : std::uint8_t { kBox, kNormal };

struct FilterModel {
  double wander = 0.0;  // standard deviation that the frequency's random walk gains per sqrt(s)
  NoiseKind noise = NoiseKind::kBox;
  double softness = 0.0;        // the box's edges, or the normal's deviation, in mean excesses
  double log_weight = 0.0;      // how likely it is before the first sample, against the others
  double outlier_share = 1e-3;  // of all samples: what comes neither from a queue nor from the clock
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
  CongestionShares congestion{};  // the part of the likelihood that each kind has
  double outlier = 0.0;           // the part that comes from neither clock nor queue
};

// The log-likelihood is not yet part of the weight.
Evidence observe(FilterState& state, const FilterModel& model, const Observation& observation);

// Whether this filter can explain the observation at all.
bool is_consistent(const FilterState& state, const FilterModel& model, const Observation& observation);

// The phase is known afresh; what was learned of the frequency stays.
void set_phase(FilterState& state, double phase, double variance);

// The frequency may have changed by so much.
void loosen_frequency(FilterState& state, double deviation);

// The frequency is any within the deviation of zero, or little beyond it: the last mean may help if it is
// one.
void forget_frequency(FilterState& state, double deviation);

}  // namespace isletime
