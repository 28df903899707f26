// SPDX-License-Identifier: MIT
#include "libsync/policy/device_estimator.hpp"

#include <algorithm>

#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/normal_hazard.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using std::chrono::milliseconds;

// Deviations of 1 s and 500 ppm are as good as none, and keep every product below in 64 bits.
constexpr std::int64_t kLargestDeviation = 1'000'000'000;
constexpr std::int64_t kLargestRateDeviation = 500'000;
constexpr std::int64_t kFirstRateDeviation = 100'000;  // 100 ppm: any crystal
constexpr Ppm kLargestRate = Ppm::whole(1000);

// No better is a clock known than this: a variance that comes out as less is a rounding error.
constexpr std::int64_t kLeastDeviation = 100;

// The covariance is predicted in pieces of this, and is at its limits after days.
constexpr std::int64_t kPieceMs = 128'000;
constexpr nanoseconds kLongestPrediction = std::chrono::hours{24 * 7};

// While the delays are hardly known, all of one may have been a queue's.
constexpr std::uint16_t kUnknownDelays = 8;
constexpr int kSamplesForStep = 3;
constexpr std::int64_t kEdgesAway = 64;  // beyond that an edge is out of all proportion

constexpr std::int64_t square(std::int64_t value) {
  return value * value;
}

// Times a time in ms, of what is given a second.
constexpr std::int64_t over(std::int64_t a_second, std::int64_t ms) {
  return scale(a_second, ms, 1000);
}

constexpr std::int64_t difference(std::int64_t a, std::int64_t b) {
  return saturated_difference(nanoseconds{a}, nanoseconds{b}).count();
}

constexpr std::int64_t sum(std::int64_t a, std::int64_t b) {
  return saturated_sum(nanoseconds{a}, nanoseconds{b}).count();
}

// a * factor / 2^shift; |factor| < 2^30, shift <= 32.
constexpr std::int64_t multiply(std::int64_t a, std::int64_t factor, int shift) {
  return scale(a, factor, std::int64_t{1} << shift);
}

}  // namespace

SampleUse DeviceEstimator::add(const DeviceSample& sample) {
  delays_.add(sample.delay, sample.at);
  const std::int64_t half_width = delays_.half_width(sample.delay).count();
  if (!state_) {
    begin(sample, half_width);
    return SampleUse::kTaken;
  }
  predict(*state_, sample.at, wander_);
  const std::int64_t offset = sample.offset.value.count();
  // The first sample of all may be the wrong one: it must not be believed against all that follow.
  const std::int64_t reach =
      taken_ < kUnknownDelays ? std::max(half_width, sample.delay.value.count() / 2) : half_width;
  if (contradicts(*state_, offset, reach)) return doubt(sample, half_width);
  doubt_.reset();
  update(*state_, offset, half_width);
  if (taken_ < UINT16_MAX) ++taken_;
  return SampleUse::kTaken;
}

std::optional<DeviceEstimate> DeviceEstimator::at(MonoTime now) const {
  if (!state_) return std::nullopt;
  State state = *state_;
  predict(state, now, wander_);
  const std::int64_t deviation = square_root(state.p00);
  // On which way the least delay is spent, no exchange tells.
  const nanoseconds bound = nanoseconds{3 * deviation} + delays_.minimum().value / 2;
  return DeviceEstimate{{nanoseconds{state.offset}}, state.rate, {nanoseconds{deviation}}, {bound}};
}

seconds DeviceEstimator::interval() const {
  constexpr std::uint16_t kFirst = 8;
  constexpr std::uint16_t kSecond = 8 + 16;
  if (doubt_ || taken_ < kFirst) return seconds{2};
  return taken_ < kSecond ? seconds{16} : seconds{64};
}

void DeviceEstimator::begin(const DeviceSample& sample, std::int64_t half_width) {
  const std::int64_t deviation = std::min(half_width + delays_.mean_excess().count(), kLargestDeviation);
  const Ppm rate = state_ ? state_->rate : Ppm{};
  const std::int64_t p11 = state_ ? state_->p11 : square(kFirstRateDeviation);
  state_ = State{sample.at, sample.offset.value.count(), rate, square(deviation), 0, p11};
  if (taken_ < UINT16_MAX) ++taken_;
}

// Time that goes back is none.
void DeviceEstimator::predict(State& state, MonoTime to, std::uint16_t wander) {
  const nanoseconds since = std::max(elapsed(state.at, to), nanoseconds::zero());
  state.at = std::max(state.at, to);
  state.offset = sum(state.offset, exact_drift(since, state.rate).count());
  const std::int64_t q = square(wander);
  std::int64_t left = std::min(since, kLongestPrediction) / milliseconds{1};
  while (left > 0) {
    const std::int64_t t = std::min(left, kPieceMs);
    left -= t;
    state.p00 += over(2 * state.p01, t) + over(over(state.p11, t), t) + over(over(over(q, t), t), t) / 3;
    state.p01 += over(state.p11, t) + over(over(q, t), t) / 2;
    state.p11 += over(q, t);
    limit(state);
  }
}

void DeviceEstimator::limit(State& state) {
  state.p00 = std::clamp(state.p00, square(kLeastDeviation), square(kLargestDeviation));
  state.p11 = std::clamp<std::int64_t>(state.p11, 1, square(kLargestRateDeviation));
  const std::int64_t most = square_root(state.p00) * square_root(state.p11);
  state.p01 = std::clamp(state.p01, -most, most);
  state.rate = std::clamp(state.rate, Ppm{-kLargestRate.scaled}, kLargestRate);
}

// The offset moves by `innovation` and its variance becomes p00; the rate follows by its correlation.
void DeviceEstimator::correct(State& state, std::int64_t innovation, std::int64_t p00) {
  constexpr int kFraction = 24;
  constexpr std::int64_t kLargestGain = std::int64_t{1} << 29;
  const std::int64_t sign = state.p01 < 0 ? -1 : 1;
  const std::int64_t gain = sign * std::min(ratio(sign * state.p01, state.p00, kFraction), kLargestGain);
  const std::int64_t change = p00 - state.p00;
  // 2^-16 ns/s are 1/1000 of a Ppm's unit.
  state.rate.scaled += multiply(innovation, gain, kFraction - 16) / 1000;
  state.offset = sum(state.offset, innovation);
  const std::int64_t change01 = multiply(change, gain, kFraction);
  state.p11 += multiply(change01, gain, kFraction);
  state.p01 += change01;
  state.p00 = p00;
  limit(state);
}

std::int64_t DeviceEstimator::softness() const {
  return delays_.mean_excess().count() / 16 + 5000;
}

bool DeviceEstimator::contradicts(const State& state, std::int64_t offset, std::int64_t half_width) const {
  const std::int64_t away = magnitude(nanoseconds{difference(offset, state.offset)}).count();
  const std::int64_t reach = square_root(state.p00 + square(softness()));
  return away - half_width >= 6 * reach + 3 * delays_.mean_excess().count();
}

SampleUse DeviceEstimator::doubt(const DeviceSample& sample, std::int64_t half_width) {
  const std::int64_t offset = sample.offset.value.count();
  const auto agrees = [&] {
    const std::int64_t drifted = exact_drift(elapsed(doubt_->at, sample.at), state_->rate).count();
    const std::int64_t away = difference(offset, sum(doubt_->offset, drifted));
    return magnitude(nanoseconds{away}).count() <=
           half_width + doubt_->half_width + 3 * delays_.mean_excess().count();
  };
  if (!doubt_ || !agrees()) {
    doubt_ = Doubt{sample.at, offset, half_width, 1};
    return SampleUse::kDoubted;
  }
  if (++doubt_->agreeing < kSamplesForStep) return SampleUse::kDoubted;
  doubt_.reset();
  begin(sample, half_width);
  return SampleUse::kStepped;
}

void DeviceEstimator::update(State& state, std::int64_t offset, std::int64_t half_width) const {
  const std::int64_t low = difference(offset, half_width);
  const std::int64_t high = sum(offset, half_width);
  const std::int64_t mean_excess = delays_.mean_excess().count();
  if (2 * half_width <= 7 * mean_excess) {
    apply_edge(state, low, 1, softness());
    apply_edge(state, high, -1, softness());
    return;
  }
  // So much delay is one way's: the offset is likely to be at the edge that is nearer, and less so by
  // e for every mean excess away from it.
  const int side = difference(state.offset, low) < difference(high, state.offset) ? 1 : -1;
  const std::int64_t most = kEdgesAway * square_root(state.p00);
  correct(state, -side * std::min(state.p00 / mean_excess, most), state.p00);
  apply_edge(state, side > 0 ? low : high, side, softness());
}

// The offset lies above a soft edge (side 1) or below it (side -1).
void DeviceEstimator::apply_edge(State& state, std::int64_t edge, int side, std::int64_t softness) {
  const std::int64_t variance = state.p00 + square(softness);
  const std::int64_t reach = square_root(variance);
  const std::int64_t inside = side > 0 ? difference(state.offset, edge) : difference(edge, state.offset);
  const std::int64_t alpha = std::clamp(inside, -kEdgesAway * reach, kEdgesAway * reach) * kOneQ12 / reach;
  const std::int64_t hazard = normal_hazard(alpha);
  if (hazard == 0) return;
  const std::int64_t shrinking = std::clamp<std::int64_t>(hazard * (hazard + alpha) / kOneQ12, 0, kOneQ12);
  const std::int64_t share = ratio(state.p00, variance, 16) * shrinking / kOneQ12;
  const std::int64_t innovation = multiply(state.p00 / reach, hazard, 12);
  const std::int64_t p00 = std::max(state.p00 - multiply(state.p00, share, 16), state.p00 / 10'000);
  correct(state, side * innovation, p00);
}

}  // namespace isletime
