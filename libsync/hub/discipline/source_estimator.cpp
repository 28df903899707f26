// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/source_estimator.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace isletime {
namespace {

// While few delays are known, a queue may have caused all of one.
constexpr std::uint64_t kUnknownDelays = 8;

// This covers more than 99 % even if the errors are not normally distributed.
constexpr double kDeviations = 4.0;

// However noisy the path, a hub should be accurate to tenths of a millisecond.
constexpr Seconds kMostTolerated{2.15e-4};

constexpr Seconds kShortest{1.0};

// No frequency is further off than a crystal's and a kernel's tolerance together.
constexpr double kMostFrequency = 5e-4;
// Two steps within this time are one change of frequency, which invalidates what was learned about it.
constexpr nanoseconds kOneCause = std::chrono::hours{2};
constexpr int kStepsOfACrystal = 2;

// A surprise may recur, so the source is watched for this long.
constexpr nanoseconds kWatched = std::chrono::hours{3};

// Usual queues seldom cause half widths of this many mean excesses.
constexpr double kLongHalfWidth = 2.0;
// A longer route is considered after this many samples. If it is wrongly taken for one-sided, it costs half
// of its excess: so not before holdover itself has cost a quarter as much, but soon if both directions are
// longer by the same amount.
constexpr std::uint32_t kRoute = 16;
constexpr std::uint32_t kSymmetricRoute = 64;
constexpr double kLostShare = 0.25;
constexpr double kCertain = 0.9;

// Longer predictions are as good as infinite ones, but must not become infinite.
constexpr Seconds kLongestPrediction{1e9};
constexpr Seconds kMostUncertain{1e9};

}  // namespace

SourceEstimator::SourceEstimator(const EstimatorModel& model)
    : model_(model),
      congestion_(model.congestion, model.congestion_change),
      bank_(kUnknownFrequency, model.members) {}

Outcome SourceEstimator::add(const OffsetSample& sample, int step_evidence) {
  if (last_ && sample.at < *last_) return Outcome::kOutOfOrder;
  const double interval = since_last(sample.at);
  bank_.predict(interval);
  last_ = sample.at;
  if (!phase_known_) origin_ = -saturated(sample.offset.value);
  // A sample that is not believed says nothing about the path either.
  DelayStatistics delays = delays_;
  if (sample.delay) delays.add(sample.at, *sample.delay);
  const Observation observation = observe(sample, delays);
  const Outcome outcome = classify(observation, interval, step_evidence);
  ++samples_;
  if (outcome == Outcome::kSuspect) return outcome;
  delays_ = delays;
  stamps_ = sample.delay ? Seconds{observation.precision} : Seconds{};
  mean_excess_ = Seconds{observation.mean_excess};
  last_believed_ = sample.at;
  if (outcome == Outcome::kUsed && sample.delay) follow_route(*sample.delay);
  return outcome;
}

Outcome SourceEstimator::classify(const Observation& observation, double interval, int step_evidence) {
  if (!phase_known_) {
    restart_at(observation);
    samples_ = 0;
    phase_known_ = true;
    return Outcome::kStarted;
  }
  if (!is_explained(observation)) {
    doubt_ = doubt(observation, interval);
    last_surprise_ = last_;
    if (!detector_.suspect(observation, interval, step_evidence)) return Outcome::kSuspect;
    step(doubt_->frequency);
    return Outcome::kStepped;
  }
  detector_.acquit(observation, interval);
  const FilterBank::Explanation explanation = bank_.observe(observation);
  if (!is_suspicious()) doubt_.reset();
  if (is_outside(observation)) doubt_ = doubt(observation, interval);
  wonder(observation, explanation.is_surprise);
  if (observation.is_bound) return Outcome::kUsed;
  if (observation.half_width > kLongHalfWidth * observation.mean_excess) {
    congestion_.on_long_round_trip(explanation.congestion);
  } else {
    congestion_.on_short_round_trip();
  }
  return Outcome::kUsed;
}

// A surprise is settled by a sample that is no less precise and no surprise.
void SourceEstimator::wonder(const Observation& observation, bool is_surprise) {
  if (is_surprise && model_.follows_up) {
    last_surprise_ = last_;
    wondering_ = Seconds{observation.half_width + observation.mean_excess};
  } else if (wondering_ && Seconds{observation.half_width} <= *wondering_) {
    wondering_.reset();
  }
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
  Seconds bound{kDeviations * std::sqrt(estimate.var_phase)};
  if (!delays_.empty()) bound += delays_.least() / 2 + stamps_;
  // A crystal's jump causes two steps. A server that continues to step may be right with either time.
  if (steps_ > kStepsOfACrystal && elapsed(*last_step_, *last_) < kOneCause) bound += swing_;
  // A single server cannot show whether a queue has changed or the clock.
  bound += delays_.standing_excess();
  if (doubt_) bound = std::max(bound, doubt_->phase);
  return {rounded(bound)};
}

double SourceEstimator::frequency_bound(const Estimate& estimate) const {
  // No oscillator is further off than this, so an estimate beyond it has at least that error.
  const double beyond = std::abs(estimate.frequency) - kMostFrequency;
  double bound = std::max(kDeviations * std::sqrt(estimate.var_frequency), beyond);
  if (delays_.long_run() >= DelayStatistics::kStanding) {
    const Seconds since = std::max(Seconds{elapsed(delays_.long_since(), *last_)}, kShortest);
    bound += std::min(delays_.standing_excess() / since, kMostFrequency);
  }
  return doubt_ ? std::max(bound, doubt_->frequency) : bound;
}

void SourceEstimator::seed_frequency(Frequency frequency) {
  if (!last_) bank_ = FilterBank{frequency, model_.members};
}

void SourceEstimator::forget_phase() {
  phase_known_ = false;
  wondering_.reset();
  doubt_.reset();
  detector_.clear();
}

void SourceEstimator::on_leap_second(Offset by) {
  origin_ = saturated_difference(origin_, by.value);
  doubt_.reset();
  detector_.clear();
}

bool SourceEstimator::is_tolerable(FreeTime now, nanoseconds wait, double tolerance) const {
  if (last_surprise_ && elapsed(*last_surprise_, now) < kWatched) return false;
  const auto then = at(shifted(now, wait));
  return then && std::sqrt(then->var_phase) <= std::min(tolerance * mean_excess_, kMostTolerated).count();
}

Observation SourceEstimator::observe(const OffsetSample& sample, const DelayStatistics& delays) const {
  const Seconds stamps =
      std::clamp(Seconds{sample.dispersion.value}, DelayStatistics::kPrecision, kMostUncertain);
  Observation observation;
  observation.phase = -Seconds{saturated_sum(sample.offset.value, origin_)}.count();
  if (!sample.delay) {
    observation.half_width = stamps.count();
    observation.reach = stamps.count();
    observation.mean_excess = stamps.count();
    observation.precision = DelayStatistics::kPrecision.count();
    observation.is_bound = true;
    return observation;
  }
  const Seconds round_trip = std::max(Seconds{sample.delay->value}, Seconds{});
  // The upper edge holds at the arrival and the lower one at the departure; the oscillator has drifted in
  // between.
  const double drifted = bank_.mean_after(0.0).frequency * round_trip.count();
  observation.phase += drifted / 2;
  observation.half_width = std::max(delays.half_width(*sample.delay).count() - drifted / 2, 0.0);
  observation.reach = (round_trip / 2 + stamps).count();
  observation.mean_excess = delays.mean_excess().count();
  observation.precision = stamps.count();
  observation.congestion = congestion_.shares();
  return observation;
}

// The first sample of all may be wrong, and must not be believed against all that follow.
bool SourceEstimator::is_explained(Observation observation) const {
  if (samples_ < kUnknownDelays) {
    if (observation.is_bound) return true;
    observation.half_width = std::max(observation.half_width, observation.reach);
  }
  return bank_.is_consistent(observation) && !is_disproved(observation);
}

// Whatever the queues, the truth lies within half of the round trip, if the server is right. A member with a
// large wander that could have drifted there explains nothing if its weight is negligible.
bool SourceEstimator::is_disproved(const Observation& observation) const {
  if (!model_.disproves) return false;
  const FilterState mean = bank_.mean_after(0.0);
  return std::abs(observation.phase - mean.phase) - observation.reach >
         kDeviations * std::sqrt(mean.var_phase);
}

// The estimate is not disproved yet, but wrong if the server is right.
bool SourceEstimator::is_outside(const Observation& observation) const {
  return std::abs(observation.phase - bank_.mean_after(0.0).phase) > observation.reach;
}

// A step that is seen some time after the last sample that fitted may instead be a change of frequency at any
// time since.
SourceEstimator::Doubt SourceEstimator::doubt(const Observation& observation, double interval) const {
  const Seconds away{std::abs(observation.phase - bank_.mean_after(0.0).phase)};
  const Seconds since = std::max(Seconds{elapsed(last_believed_, *last_)}, kShortest);
  const double before = is_suspicious() && doubt_ ? doubt_->frequency : 0.0;
  const double changed = std::max({before, away / since, drift_of_suspects(observation, interval)});
  return {.phase = away + Seconds{observation.reach}, .frequency = std::min(changed, kMostFrequency)};
}

// Returns how much the frequency may have changed if the suspects are right and queues cannot explain all of
// the drift: a jump just before the first suspect leaves only a small step.
double SourceEstimator::drift_of_suspects(const Observation& observation, double interval) const {
  if (!detector_.is_suspicious()) return 0.0;
  const Observation& best = detector_.best();
  const double age = std::max(detector_.best_age() + interval, kShortest.count());
  const double drifted = std::abs(observation.phase - best.phase - bank_.mean_after(0.0).frequency * age);
  const double by_queues =
      observation.half_width + best.half_width + observation.mean_excess + best.mean_excess;
  return drifted > by_queues ? (drifted + by_queues) / age : 0.0;
}

void SourceEstimator::step(double changed) {
  const bool is_second = last_step_ && elapsed(*last_step_, *last_) < kOneCause;
  const double frequency = bank_.mean_after(0.0).frequency;
  const bool is_possible = std::abs(frequency) <= kMostFrequency;
  // The best suspect need not be the last, and the oscillator has drifted since.
  Observation best = detector_.best();
  best.phase += frequency * detector_.best_age();
  const Seconds swing{std::abs(best.phase - bank_.mean_after(0.0).phase)};
  swing_ = is_second ? std::max(swing_, swing) : swing;
  steps_ = is_second ? steps_ + 1 : 1;
  const double drifted = (is_second ? kMostFrequency : changed) * detector_.best_age();
  restart_at(best, drifted);
  if ((is_second && model_.doubts_frequency) || !is_possible) {
    bank_.forget_frequency(kMostFrequency);
  } else if (model_.doubts_frequency) {
    bank_.loosen_frequency(changed);
  }
  last_step_ = last_;
}

void SourceEstimator::restart_at(const Observation& observation, double drifted) {
  // A bound is certain, so its deviation is that of the uniform distribution within it.
  const double deviation = observation.is_bound ? observation.half_width / std::sqrt(3.0)
                                                : observation.half_width + observation.mean_excess;
  bank_.set_phase(0.0, deviation + drifted);
  origin_ = saturated_sum(origin_, rounded(Seconds{observation.phase}));
  congestion_.on_short_round_trip();
  wondering_.reset();
  doubt_.reset();
  detector_.clear();
}

void SourceEstimator::follow_route(Delay delay) {
  // Before the run of long round trips, too little was known for a holdover.
  if (delays_.long_run() >= kUnknownDelays && samples_ <= delays_.long_run() + kUnknownDelays) {
    delays_ = {};
    delays_.add(*last_, delay);
  }
  if (delays_.long_run() < kRoute) return;
  const bool is_symmetric =
      delays_.long_run() >= kSymmetricRoute && congestion_.share(CongestionKind::kBothWays) > kCertain;
  const double lost = std::sqrt(bank_.mean_after(0.0).var_phase);
  if (is_symmetric || !model_.keeps_route || lost > kLostShare * delays_.standing_excess().count())
    delays_.accept_longer_route(*last_);
}

double SourceEstimator::since_last(FreeTime now) const {
  if (!last_) return 0.0;
  return std::clamp(Seconds{elapsed(*last_, now)}, Seconds{}, kLongestPrediction).count();
}

}  // namespace isletime
