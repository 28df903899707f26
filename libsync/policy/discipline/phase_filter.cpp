// SPDX-License-Identifier: MIT
#include "libsync/policy/discipline/phase_filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "libsync/policy/discipline/soft_box.hpp"

namespace isletime {
namespace {

// What may come from neither queue nor clock: its share of all samples, and the density that such an
// error has, in units of the box and the noise.
constexpr double kOutlierShare = 1e-3;
constexpr double kOutlierDensity = 0.05;

// A path whose queues are as usual, or with one direction congested.
constexpr double kLeastFlat = 0.01;
constexpr double kTilted = 0.005;

// One sample never says so much that the next ones could not contradict it.
constexpr double kLeastKept = 1e-4;
constexpr double kLeastVarPhase = 1e-20;
constexpr double kLeastVarFrequency = 1e-26;

constexpr double kConsistentDeviations = 6.0;
constexpr double kConsistentExcess = 3.0;

// A bound's edge is hard: without queues nothing blurs it.
constexpr double kBoundSoftness = 0.03;

double softness_of(const FilterModel& model, const Observation& o) {
  return std::max(o.precision, (o.is_bound ? kBoundSoftness : model.softness) * o.mean_excess);
}

Posterior outlier(const Normal& prior, const Observation& o) {
  return {.normal = prior, .log_likelihood = std::log(kOutlierDensity / (o.half_width + o.mean_excess))};
}

Posterior weighted(Posterior posterior, double weight) {
  posterior.log_likelihood += std::log(weight);
  return posterior;
}

// Were both queues exponential with the path's mean, the excess x (in means) would have the density x e^-x
// and the offset be uniform in the box. So that is how much the flat box is worth at this excess.
Posterior with_queues(const Normal& prior, const SoftBox& box, const Observation& o) {
  const double excess = 2.0 * o.half_width / o.mean_excess;
  const double flat = excess * std::exp(-excess) + kLeastFlat;
  const double total = flat + 2.0 * kTilted;
  const double tilt = 1.0 / o.mean_excess;
  return mixed(
      std::array{weighted(with_box(prior, box), flat / total * (1.0 - kOutlierShare)),
                 weighted(with_tilted_box(prior, box, tilt), kTilted / total * (1.0 - kOutlierShare)),
                 weighted(with_tilted_box(prior, box, -tilt), kTilted / total * (1.0 - kOutlierShare)),
                 weighted(outlier(prior, o), kOutlierShare)});
}

Posterior posterior_of(const Normal& prior, const FilterModel& model, const Observation& o) {
  const double softness = softness_of(model, o);
  const SoftBox box = {.centre = o.phase, .half_width = o.half_width, .softness = softness};
  if (o.is_bound) {
    return mixed(std::array{weighted(with_box(prior, box), 1.0 - kOutlierShare),
                            weighted(outlier(prior, o), kOutlierShare)});
  }
  switch (model.noise) {
    case NoiseKind::kBox:
      return with_queues(prior, box, o);
    case NoiseKind::kNormal:
      break;
  }
  const Normal observed = {.mean = o.phase, .variance = softness * softness};
  return mixed(std::array{weighted(with_normal(prior, observed), 1.0 - kOutlierShare),
                          weighted(outlier(prior, o), kOutlierShare)});
}

}  // namespace

FilterState predicted(FilterState state, double wander, double interval) {
  const double w2 = wander * wander;
  const double t = interval;
  state.phase += state.frequency * t;
  state.var_phase += t * (2.0 * state.covariance + t * (state.var_frequency + w2 * t / 3.0));
  state.covariance += t * (state.var_frequency + w2 * t / 2.0);
  state.var_frequency += w2 * t;
  return state;
}

double observe(FilterState& state, const FilterModel& model, const Observation& observation) {
  const double before = state.var_phase;
  const auto [normal, log_likelihood] =
      posterior_of({.mean = state.phase, .variance = before}, model, observation);
  const double after = std::max(std::clamp(normal.variance, kLeastKept * before, before), kLeastVarPhase);
  const double share = state.covariance / before;
  state.frequency += share * (normal.mean - state.phase);
  state.phase = normal.mean;
  state.covariance += share * (after - before);
  state.var_frequency = std::max(state.var_frequency + share * share * (after - before), kLeastVarFrequency);
  state.var_phase = after;
  return log_likelihood;
}

bool is_consistent(const FilterState& state, const FilterModel& model, const Observation& observation) {
  const double softness = softness_of(model, observation);
  const double deviation = std::sqrt(state.var_phase + softness * softness);
  return std::abs(observation.phase - state.phase) - observation.half_width <
         kConsistentDeviations * deviation + kConsistentExcess * observation.mean_excess;
}

void set_phase(FilterState& state, double phase, double variance) {
  state.phase = phase;
  state.var_phase = std::max(variance, kLeastVarPhase);
  state.covariance = 0.0;
}

}  // namespace isletime
