// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/phase_filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "libsync/hub/discipline/soft_box.hpp"

namespace isletime {
namespace {

// The density of an error that comes from neither a queue nor the clock, in units of the box and the noise,
// or of a share of the phase's deviation if that is larger: while little is known, any sample would seem to
// be an outlier.
constexpr double kOutlierDensity = 0.05;
constexpr double kOutlierPrior = 0.01;

// The share of round trips that meet a standing queue, in one or both directions, longer than the path's
// usual ones.
constexpr double kCongestedShare = 0.025;

// The least excess, in mean excesses: below it the densities of usual and of standing queues both vanish.
constexpr double kLeastExcess = 1e-3;

// A weight of zero would have no logarithm.
constexpr double kLeastWeight = 1e-30;

// A single sample must leave enough variance for the next ones to contradict it.
constexpr double kLeastKept = 1e-4;
constexpr double kLeastVarPhase = 1e-20;
constexpr double kLeastVarFrequency = 1e-26;

constexpr double kConsistentDeviations = 6.0;
constexpr double kConsistentExcess = 3.0;

// The edge of a bound is hard, because no queue blurs it.
constexpr double kBoundSoftness = 0.03;

double softness_of(const FilterModel& model, const Observation& o) {
  return std::max(o.precision, (o.is_bound ? kBoundSoftness : model.softness) * o.mean_excess);
}

Posterior outlier(const Normal& prior, const Observation& o) {
  const double unit = std::max(o.half_width + o.mean_excess, kOutlierPrior * std::sqrt(prior.variance));
  return {.normal = prior, .log_likelihood = std::log(kOutlierDensity / unit)};
}

double share_of(const Posterior& alternative, const Posterior& all) {
  return std::exp(alternative.log_likelihood - all.log_likelihood);
}

// The frequency follows the phase by their covariance.
void update(FilterState& state, const Normal& posterior) {
  const double before = state.var_phase;
  const double after = std::max(std::clamp(posterior.variance, kLeastKept * before, before), kLeastVarPhase);
  const double share = state.covariance / before;
  state.frequency += share * (posterior.mean - state.phase);
  state.phase = posterior.mean;
  state.covariance += share * (after - before);
  state.var_frequency = std::max(state.var_frequency + share * share * (after - before), kLeastVarFrequency);
  state.var_phase = after;
}

Posterior weighted(Posterior posterior, double weight) {
  posterior.log_likelihood += std::log(std::max(weight, kLeastWeight));
  return posterior;
}

// The explanations of one observation; each likelihood includes the explanation's weight.
struct Alternatives {
  std::array<Posterior, kCongestionKinds> congested{};
  Posterior usual{};
  Posterior outlier{};
};

// Combines the prior with the noise of usual queues around the truth.
Posterior with_usual_noise(const Normal& prior, const SoftBox& box, NoiseKind noise) {
  switch (noise) {
    case NoiseKind::kBox:
      return with_box(prior, box);
    case NoiseKind::kNormal:
      break;
  }
  return with_normal(prior, {.mean = box.centre, .variance = box.softness * box.softness});
}

// If both queues were exponential with the path's mean, the excess x (in means) would have the density x
// e^-x, with the offset uniform in the box; this is the weight of usual noise at this excess. A standing
// queue may have any length, so its density is that of usual noise being shorter than x: the integral of the
// first, 1 - (1 + x) e^-x. The queue stands on the way out (the truth lies near the upper edge, and its
// likelihood falls by e per mean away from it), on the way back, or on both; or the direction is unknown.
Alternatives with_queues(const Normal& prior, const SoftBox& box, const FilterModel& model,
                         const Observation& o) {
  const double excess = std::max(2.0 * o.half_width / o.mean_excess, kLeastExcess);
  const double usual = excess * std::exp(-excess);
  const double congestion = kCongestedShare * (1.0 - (1.0 + excess) * std::exp(-excess));
  const double unit = (1.0 - model.outlier_share) / (usual + congestion);
  const double tilt = 1.0 / o.mean_excess;
  // The usual queues of each direction remain: half of their difference has half the variance of one.
  const double centre_variance = box.softness * box.softness + o.mean_excess * o.mean_excess / 2.0;
  const auto congested = [&](CongestionKind kind, const Posterior& posterior) {
    return weighted(posterior, unit * congestion * o.congestion[static_cast<std::size_t>(kind)]);
  };
  return {.congested = {congested(CongestionKind::kUnknown, with_box(prior, box)),
                        congested(CongestionKind::kOutward, with_tilted_box(prior, box, tilt)),
                        congested(CongestionKind::kHomeward, with_tilted_box(prior, box, -tilt)),
                        congested(CongestionKind::kBothWays,
                                  with_normal(prior, {.mean = o.phase, .variance = centre_variance}))},
          .usual = weighted(with_usual_noise(prior, box, model.noise), unit * usual),
          .outlier = weighted(outlier(prior, o), model.outlier_share)};
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

Evidence observe(FilterState& state, const FilterModel& model, const Observation& observation) {
  const Normal prior = {.mean = state.phase, .variance = state.var_phase};
  const double softness = softness_of(model, observation);
  const SoftBox box = {
      .centre = observation.phase, .half_width = observation.half_width, .softness = softness};
  if (observation.is_bound) {
    const Posterior within = weighted(with_box(prior, box), 1.0 - model.outlier_share);
    const Posterior stray = weighted(outlier(prior, observation), model.outlier_share);
    const Posterior all = mixed(std::array{within, stray});
    update(state, all.normal);
    return {.log_likelihood = all.log_likelihood, .outlier = share_of(stray, all)};
  }
  const Alternatives a = with_queues(prior, box, model, observation);
  const auto& [unknown, outward, homeward, both_ways] = a.congested;
  const Posterior all = mixed(std::array{a.usual, unknown, outward, homeward, both_ways, a.outlier});
  update(state, all.normal);
  return {.log_likelihood = all.log_likelihood,
          .congestion = {share_of(unknown, all), share_of(outward, all), share_of(homeward, all),
                         share_of(both_ways, all)},
          .outlier = share_of(a.outlier, all)};
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

void loosen_frequency(FilterState& state, double deviation) {
  state.var_frequency += deviation * deviation;
}

void forget_frequency(FilterState& state, double deviation) {
  state.frequency = std::clamp(state.frequency, -deviation, deviation);
  state.var_frequency = deviation * deviation;
  state.covariance = 0.0;
}

}  // namespace isletime
