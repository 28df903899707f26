// SPDX-License-Identifier: MIT
#include "libsync/policy/device_estimator.hpp"

#include <algorithm>

#include "libsync/policy/fixed_point.hpp"

namespace isletime {
namespace {

using std::chrono::milliseconds;

// While few delays are known, a queue may have caused all of one.
constexpr std::uint16_t kUnknownDelays = 8;
// With fewer samples the least delay is so uncertain that an estimate outside of a sample's box is no
// surprise.
constexpr std::uint16_t kKnownDelays = 32;
constexpr int kSamplesForStep = 3;

// Units of widths: 8 ns.
constexpr int kUnitBits = 3;
constexpr std::int64_t to_ns(std::int32_t width) {
  return std::int64_t{width} << kUnitBits;
}
constexpr std::int32_t to_width(std::int64_t ns) {
  return static_cast<std::int32_t>(ns >> kUnitBits);
}
// A distance may exceed what a width can hold.
constexpr std::int32_t saturated_width(std::int64_t ns) {
  return to_width(smaller(ns, to_ns(INT32_MAX)));
}
// Sums of a few of these are widths.
constexpr std::int32_t kLargestWidth = to_width(DeviceFilter::kLargestDeviation);

// No reading of a clock is better than this.
constexpr std::int64_t kLeastSoftness = 5000;

// An offset this many deviations outside of a sample's box is not chance.
constexpr std::int32_t kSurprising = 3;
constexpr std::int32_t kImpossible = 4;
constexpr std::int32_t kContradicting = 6;

// RFC 5905, PHI: the frequency tolerance of any clock, in ns/s.
constexpr std::int64_t kTolerance = 15'000;

constexpr std::uint32_t kLargestWander = 4000;
constexpr std::uint32_t kCalmSamples = 128;  // these halve what surprises have doubled, and more

// While the least delay was taken to be less than it is, the boxes were wrong. For this many samples after
// that, the bound is no less than what is certain whatever the queues.
constexpr std::uint8_t kSamplesOfAPath = 32;

constexpr std::int32_t kMuchWider = 4;

constexpr std::int64_t kLeastSpanMs = 1000;
constexpr std::int64_t kLongestSpanMs = std::int64_t{30} * 365 * 86'400'000;
// Three decades: sums of a few of these fit.
constexpr std::int64_t kLargestBound = std::int64_t{1} << 60;
constexpr std::int64_t kLongestDistance = 1'000'000'000'000;

// A time that goes back counts as zero.
std::int64_t ms_between(MonoTime then, MonoTime now) {
  return smaller(age(then, now) / milliseconds{1}, kLongestSpanMs);
}

// Returns the rate of a clock that gains this much, in ns/s.
std::int64_t rate_over(std::int64_t gained, std::int64_t ms) {
  const std::int64_t rate = scale(smaller(gained, kLongestDistance), 1000, larger(ms, kLeastSpanMs));
  return smaller(rate, DeviceFilter::kLargestRateDeviation);
}

// RFC 5905, section 8: a delay that is negative or absurdly short is a short one, read with clocks of limited
// precision.
DeviceSample floored(DeviceSample sample) {
  const nanoseconds precision = longer(sample.dispersion.value, nanoseconds{kLeastSoftness});
  sample.delay.value = longer(sample.delay.value, precision);
  return sample;
}

}  // namespace

SampleUse DeviceEstimator::add(const DeviceSample& sample) {
  const MonoTime at = sample.at;
  schedule_.on_sample(at);
  if (filter_) filter_->predict(at, wander_);
  // A sample that is not believed says nothing about the path either.
  const DeviceDelays believed = delays_;
  const SampleUse use = classify(floored(sample));
  if (use == SampleUse::kDoubted) delays_ = believed;
  return use;
}

SampleUse DeviceEstimator::classify(const DeviceSample& sample) {
  const MonoTime at = sample.at;
  const Delay shortest = delays_.minimum();
  delays_.add(sample.delay, at, is_centred(sample));
  if (filter_ && shortest < delays_.minimum()) {
    until_path_is_known_ = kSamplesOfAPath;
  } else if (until_path_is_known_ > 0) {
    --until_path_is_known_;
  }
  const Box box = box_of(sample);
  if (filter_ && (contradicts(box) || is_nearer_to_suspect(at, box))) return doubt(at, box);
  if (!filter_) {
    start(at, box);
  } else {
    admit_shorter_path(at, {shortest.value - delays_.minimum().value});
    weigh_surprise(at, box);
    update(box);
  }
  doubt_.reset();
  believe(at, box);
  if (taken_ < kKnownDelays) ++taken_;
  return SampleUse::kTaken;
}

void DeviceEstimator::start(MonoTime at, const Box& box) {
  started_ = at;
  const std::int64_t deviation = to_ns(box.reach + mean_excess());
  if (!expected_rate_) {
    filter_.emplace(at, box.offset, deviation);
    return;
  }
  filter_.emplace(at, box.offset, deviation, expected_rate_->rate,
                  expected_rate_->deviation.scaled / kScaledPerNs);
}

std::optional<DeviceEstimate> DeviceEstimator::at(MonoTime now) const {
  if (!filter_) return std::nullopt;
  const DeviceFilter::Prediction predicted = filter_->predicted(now, wander_);
  const std::int64_t deviation = predicted.deviation;
  // No exchange shows in which direction the least delay is spent. While all delays are longer, the same
  // holds for the excess: the estimate may be at one edge of the boxes and the truth beyond the other.
  const std::int64_t shortest = delays_.minimum().value.count();
  const std::int64_t standing = larger(delays_.recent_minimum().value.count() - shortest, 0);
  const std::int64_t known = saturated_sum(3 * deviation + shortest / 2 + standing, dispersion_);
  // Slow samples do not show what has happened to the crystal since. But the truth was within half of each
  // round trip.
  const std::int64_t aged = over_ms(kTolerance, ms_between(confirmed_, now));
  const std::int64_t certain = saturated_sum(certain_, over_ms(kTolerance, ms_between(believed_, now)));
  std::int64_t bound = saturated_sum(known, smaller(aged, certain));
  if (is_outside_ || until_path_is_known_ > 0) bound = larger(bound, certain);
  if (doubt_) {
    // The suspect may be right, and the rate may have changed.
    const std::int64_t away = distance(doubt_->box.offset, predicted.offset);
    bound = larger(bound, saturated_sum(away, saturated_sum(doubt_->box.farthest, drift_since_suspect(now))));
  }
  return DeviceEstimate{.offset = {nanoseconds{predicted.offset}},
                        .rate = filter_->rate(),
                        .rate_deviation = {predicted.rate_deviation * kScaledPerNs + 1},
                        .deviation = {nanoseconds{deviation}},
                        .bound = {nanoseconds{bound}}};
}

seconds DeviceEstimator::interval(MonoTime now) const {
  return schedule_.interval(now, need());
}

// The rate is known well enough if until the next sample its error adds no more than queues do.
DeviceNeed DeviceEstimator::need() const {
  if (!filter_) return DeviceNeed::kNone;
  if (doubt_) return DeviceNeed::kCertainty;
  const std::int64_t tolerated = to_ns(2 * (mean_excess() + softness())) + dispersion_;
  const auto rate_deviation = static_cast<std::int32_t>(filter_->rate_deviation());
  if (rate_deviation > tolerated / 16) return DeviceNeed::kRateSoon;
  if (rate_deviation > tolerated / 64) return DeviceNeed::kRate;
  return DeviceNeed::kNone;
}

// A sample also counts as centred once the deviation reaches a quarter of what a queue would add in one
// direction: an estimate that is so uncertain is no evidence against a new route.
bool DeviceEstimator::is_centred(const DeviceSample& sample) const {
  if (!filter_) return true;
  const Width off = saturated_width(distance(sample.offset.value.count(), filter_->offset()));
  return off <= 2 * (deviation() + mean_excess());
}

DeviceEstimator::Box DeviceEstimator::box_of(const DeviceSample& sample) const {
  const std::int64_t dispersion = clamped(sample.dispersion.value.count(), 0, kLargestBound);
  const Width half_width = std::min(to_width(delays_.half_width(sample.delay).count()), kLargestWidth);
  return {.offset = sample.offset.value.count(),
          .dispersion = dispersion,
          .farthest = clamped(sample.delay.value.count() / 2, to_ns(half_width), kLargestBound) + dispersion,
          .half_width = half_width,
          .reach = half_width + std::min(saturated_width(dispersion), kLargestWidth)};
}

DeviceEstimator::Width DeviceEstimator::mean_excess() const {
  return to_width(delays_.mean_excess().count());
}

DeviceEstimator::Width DeviceEstimator::softness() const {
  return mean_excess() / 16 + to_width(kLeastSoftness);
}

DeviceEstimator::Width DeviceEstimator::deviation() const {
  return to_width(filter_->deviation());
}

// Returns the deviation of the distance between the estimate and a box's edge.
DeviceEstimator::Width DeviceEstimator::reach() const {
  return static_cast<Width>(square_root(square(deviation()) + square(softness())));
}

std::int64_t DeviceEstimator::away(const Box& box) const {
  return distance(box.offset, filter_->offset());
}

// Whatever the queues, the truth lies within half of the round trip. Once the delays are known, it lies
// within this delay's excess over the minimum, with an allowance for a route that has just changed.
bool DeviceEstimator::contradicts(const Box& box) const {
  const std::int64_t off = away(box);
  if (off - box.farthest > to_ns(kImpossible * (deviation() + softness()))) return true;
  return taken_ >= kUnknownDelays &&
         saturated_width(off) - box.reach > kContradicting * reach() + 3 * mean_excess();
}

// A sample so wide that it contains both the estimate and the suspect supports the nearer one.
bool DeviceEstimator::is_nearer_to_suspect(MonoTime at, const Box& box) const {
  if (!doubt_ || !agrees(at, box)) return false;
  return distance(box.offset, suspected(at)) < away(box);
}

// The suspect's offset continues to drift after its sample, at the rate that was known.
std::int64_t DeviceEstimator::suspected(MonoTime at) const {
  const milliseconds since{ms_between(doubt_->at, at)};
  return saturated_sum(doubt_->box.offset, exact_drift(since, filter_->rate()).count());
}

// The rate may now be that of any crystal.
std::int64_t DeviceEstimator::drift_since_suspect(MonoTime at) const {
  return over_ms(DeviceFilter::kLargestRate, ms_between(doubt_->at, at));
}

bool DeviceEstimator::agrees(MonoTime at, const Box& box) const {
  const Box& suspect = doubt_->box;
  const std::int64_t allowed = to_ns(box.reach + suspect.reach + 3 * mean_excess()) + drift_since_suspect(at);
  return distance(box.offset, suspect.offset) <= allowed;
}

SampleUse DeviceEstimator::doubt(MonoTime at, const Box& box) {
  const bool is_one_more = doubt_ && agrees(at, box);
  const int agreeing = is_one_more ? doubt_->agreeing + 1 : 1;
  if (is_one_more && drift_since_suspect(at) < to_ns(box.half_width - doubt_->box.half_width))
    doubt_->agreeing = agreeing;
  else
    doubt_ = Doubt{at, box, agreeing};
  if (agreeing < kSamplesForStep) return SampleUse::kDoubted;
  step(at);
  return SampleUse::kStepped;
}

// A change of rate may have moved the offset since the last believed sample, so the rate is uncertain by that
// much. After a mere step the mean of the rate is right, and the next samples will confirm it.
void DeviceEstimator::step(MonoTime at) {
  Box best = doubt_->box;
  best.offset = suspected(at);
  const std::int64_t change = rate_over(away(best), ms_between(believed_, at));
  filter_->set_offset(best.offset, to_ns(best.reach + mean_excess()));
  filter_->loosen_rate(change, ms_between(doubt_->at, at));
  delays_.forget_quiet();
  doubt_.reset();
  surprised_ = 0;
  believe(at, best);
}

void DeviceEstimator::believe(MonoTime at, const Box& box) {
  believed_ = at;
  dispersion_ = box.dispersion;
  const std::int64_t off = away(box);
  certain_ = saturated_sum(off, box.farthest);
  is_outside_ = off > box.farthest;
  if (box.half_width <= mean_excess()) confirmed_ = at;
}

// The boxes were too narrow in both directions by half of the error of the least delay, so the offset may be
// anywhere in that range. So it may have been at the start, from which the rate was learned.
void DeviceEstimator::admit_shorter_path(MonoTime at, Delay by) {
  const std::int64_t ns = clamped(by.value.count(), 0, DeviceFilter::kLargestDeviation);
  filter_->loosen_offset(square(ns) / 12);
  if (taken_ < kKnownDelays) filter_->loosen_rate(rate_over(ns / 2, ms_between(started_, at)), 0);
}

// If the estimate lies outside of the box, though not far enough for a contradiction, the rate differs from
// the estimate. Twice on one side is not noise, nor is once by a lot.
void DeviceEstimator::weigh_surprise(MonoTime at, const Box& box) {
  const Width outside = saturated_width(away(box)) - box.reach;
  const Width surprising = kSurprising * reach();
  const std::int8_t last = surprised_;
  surprised_ = 0;
  if (taken_ == kKnownDelays && outside > surprising) {
    surprised_ = box.offset > filter_->offset() ? 1 : -1;
    if (surprised_ == last || outside > surprising + mean_excess()) {
      const std::int64_t ms = ms_between(believed_, at);
      filter_->loosen_rate(rate_over(to_ns(outside), ms), ms);
      wander_ = std::max(wander_, std::min(2 * wander_, kLargestWander));
      return;
    }
  }
  wander_ -= (wander_ - least_wander_ + kCalmSamples - 1) / kCalmSamples;
}

void DeviceEstimator::update(const Box& box) {
  // The usual queues do not cause a longer delay than this.
  if (2 * box.half_width > 7 * mean_excess())
    apply_queued(box);
  else
    apply_box(box);
}

// The offset is not below the box's lower edge (side 1), or not above its upper one (side -1).
void DeviceEstimator::apply_edge(const Box& box, int side) {
  filter_->apply_edge(saturated_difference(box.offset, side * to_ns(box.reach)), side, to_ns(softness()));
}

void DeviceEstimator::apply_box(const Box& box) {
  const Width reach = std::min(box.reach + softness(), kLargestWidth);
  // Two edges in a row are too coarse for a box that is narrow beside the estimate, as after hours without a
  // sample. The sample alone then tells the offset, anywhere in the box.
  if (deviation() > kMuchWider * reach) {
    filter_->apply_centre(box.offset, square(to_ns(reach)) / 3);
    return;
  }
  apply_edge(box, 1);
  apply_edge(box, -1);
}

// Congestion in one direction, or a longer route, shows in consecutive samples. Queues in both directions may
// put the offset in the same place by chance, but hardly twice in a row.
void DeviceEstimator::apply_queued(const Box& box) {
  const Queued last = queued_;
  queued_ = queued_way(box);
  const Queued way = queued_ == last ? queued_ : Queued::kUnclear;
  switch (way) {
    case Queued::kThere:
    case Queued::kBack: {
      const int side = static_cast<int>(way);
      filter_->apply_slope(delays_.mean_excess().count(), side);
      apply_edge(box, side);
      return;
    }
    case Queued::kBoth:
      filter_->apply_centre(
          box.offset, (square(mean_excess()) / 2 + square(softness()) + square(box.reach - box.half_width))
                          << 2 * kUnitBits);
      return;
    case Queued::kUnclear:
      apply_box(box);
      return;
  }
}

// If one direction was quick, the offset is at an edge, and its likelihood falls by e per mean excess with
// the distance from there. If both became longer alike, it is at the centre, with the deviation of the
// difference of two usual queues. If it is hardly known, or at neither, the result is unclear.
DeviceEstimator::Queued DeviceEstimator::queued_way(const Box& box) const {
  const Width deviation = this->deviation();
  const Width mean = mean_excess();
  if (3 * deviation >= box.half_width) return Queued::kUnclear;
  const Width off_centre = saturated_width(away(box));
  const Width inside = box.reach - off_centre;
  if (off_centre <= 2 * (deviation + mean)) {
    // The exponents of both densities are multiplied by 16.
    const auto centre_reach = static_cast<Width>(square_root(square(mean) + 2 * square(deviation)));
    const std::int32_t to_centre = std::min(off_centre, kLargestWidth) * 16 / centre_reach;
    const std::int32_t to_edge = std::clamp<Width>(inside, 0, kLargestWidth) * 16 / mean;
    if (to_centre * to_centre < 16 * to_edge) return Queued::kBoth;
  }
  if (inside > 3 * deviation + 4 * mean) return Queued::kUnclear;
  return filter_->offset() < box.offset ? Queued::kThere : Queued::kBack;
}

}  // namespace isletime
