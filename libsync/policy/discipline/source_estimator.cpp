// SPDX-License-Identifier: MIT
#include "libsync/policy/discipline/source_estimator.hpp"

#include <algorithm>
#include <cmath>

namespace isletime {
namespace {

// While the delays are hardly known, all of one may have been a queue's.
constexpr std::uint64_t kUnknownDelays = 8;

// More than 99 % even where the errors are not normally distributed.
constexpr double kDeviations = 4.0;

// However noisy the path: a hub is asked for tenths of a millisecond.
constexpr Seconds kMostTolerated{2.1e-4};

// Longer is as good as for ever, which must not become infinite.
constexpr Seconds kLongestPrediction{1e9};
constexpr Seconds kMostUncertain{1e9};

}  // namespace

SourceEstimator::SourceEstimator() : bank_(kUnknownFrequency) {}

Outcome SourceEstimator::add(const OffsetSample& sample, int step_evidence) {
  if (last_ && sample.at < *last_) return Outcome::kOutOfOrder;
  const double interval = since_last(sample.at);
  bank_.predict(interval);
  last_ = sample.at;
  if (!phase_known_) origin_ = -saturated(sample.offset.value);
  const Observation observation = observe(sample);
  if (!phase_known_) {
    restart_at(observation);
    samples_ = 1;
    phase_known_ = true;
    return Outcome::kStarted;
  }
  const bool is_explained = is_consistent(observation, sample.delay);
  ++samples_;
  if (!is_explained) {
    if (!detector_.suspect(observation, interval, step_evidence)) return Outcome::kSuspect;
    restart_at(detector_.best());
    return Outcome::kStepped;
  }
  detector_.clear();
  bank_.observe(observation);
  return Outcome::kUsed;
}

std::optional<Estimate> SourceEstimator::at(FreeTime now) const {
  if (!phase_known_) return std::nullopt;
  const FilterState mean = bank_.mean_after(since_last(now));
  return Estimate{.phase = saturated_sum(origin_, rounded(Seconds{mean.phase})),
                  .frequency = mean.frequency,
                  .var_phase = mean.var_phase,
                  .covariance = mean.covariance,
                  .var_frequency = mean.var_frequency};
}

std::optional<Dispersion> SourceEstimator::error_bound(FreeTime now) const {
  const auto estimate = at(now);
  if (!estimate) return std::nullopt;
  return error_bound(*estimate);
}

Dispersion SourceEstimator::error_bound(const Estimate& estimate) const {
  const Seconds unseen = delays_.empty() ? Seconds{} : delays_.minimum_delay() / 2;
  return {rounded(Seconds{kDeviations * std::sqrt(estimate.var_phase)} + unseen)};
}

void SourceEstimator::seed_frequency(FilterBank::Frequency frequency) {
  if (!last_) bank_ = FilterBank{frequency};
}

void SourceEstimator::forget_phase() {
  phase_known_ = false;
  detector_.clear();
}

void SourceEstimator::on_leap_second(Offset by) {
  origin_ = saturated_difference(origin_, by.value);
  detector_.clear();
}

bool SourceEstimator::is_tolerable(FreeTime now, nanoseconds wait, double tolerance) const {
  const auto then = at(shifted(now, wait));
  return then && std::sqrt(then->var_phase) <= std::min(tolerance * mean_excess_, kMostTolerated).count();
}

Observation SourceEstimator::observe(const OffsetSample& sample) {
  const Seconds stamps =
      std::clamp(Seconds{sample.dispersion.value}, DelayStatistics::kPrecision, kMostUncertain);
  Observation observation;
  observation.phase = -Seconds{saturated_sum(sample.offset.value, origin_)}.count();
  if (!sample.delay) {
    mean_excess_ = stamps;
    observation.half_width = stamps.count();
    observation.precision = DelayStatistics::kPrecision.count();
    observation.is_bound = true;
  } else {
    delays_.add(sample.at, *sample.delay);
    mean_excess_ = delays_.mean_excess();
    observation.half_width = delays_.half_width(*sample.delay).count();
    observation.precision = stamps.count();
  }
  observation.mean_excess = mean_excess_.count();
  return observation;
}

// The first sample of all may be the wrong one: it must not be believed against all that follow.
bool SourceEstimator::is_consistent(Observation observation, std::optional<Delay> delay) const {
  if (samples_ < kUnknownDelays) {
    if (!delay) return true;
    observation.half_width = std::max(observation.half_width, Seconds{delay->value}.count() / 2);
  }
  return bank_.is_consistent(observation);
}

void SourceEstimator::restart_at(const Observation& observation) {
  // A bound holds for certain, so its deviation is that of the uniform distribution within it.
  const double deviation = observation.is_bound ? observation.half_width / std::sqrt(3.0)
                                                : observation.half_width + observation.mean_excess;
  bank_.set_phase(0.0, deviation);
  origin_ = saturated_sum(origin_, rounded(Seconds{observation.phase}));
  detector_.clear();
}

double SourceEstimator::since_last(FreeTime now) const {
  if (!last_) return 0.0;
  return std::clamp(Seconds{elapsed(*last_, now)}, Seconds{}, kLongestPrediction).count();
}

}  // namespace isletime
