// SPDX-License-Identifier: MIT
#include "libsync/policy/device_filter.hpp"

#include <algorithm>

#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/normal_hazard.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using std::chrono::milliseconds;

// No crystal is farther off; it leaves room to the 1000 ppm at which a bound grows at most.
constexpr Ppm kRateLimit = Ppm::whole(600);

// No clock is known better than this, so a smaller variance is a rounding error.
constexpr std::int64_t kLeastDeviation = 100;

constexpr std::int64_t kEdgesAway = 64;  // more distant edges are out of all proportion

// Returns a * factor / 2^shift; |factor| < 2^30, shift <= 32.
constexpr std::int64_t multiply(std::int64_t a, std::int64_t factor, int shift) {
  return scale(a, factor, std::int64_t{1} << shift);
}

// Returns how far an offset wanders: wander * t^(3/2) / sqrt(3), the integral of a random walk.
constexpr std::int64_t wandered(std::uint32_t wander, std::int64_t ms) {
  constexpr int kRootBits = 10;
  const std::int64_t root = square_root((ms << 2 * kRootBits) / 3000);
  return scale(wander * root, ms, std::int64_t{1000} << kRootBits);
}

}  // namespace

DeviceFilter::DeviceFilter(MonoTime at, std::int64_t offset, std::int64_t deviation, Ppm rate,
                           std::int64_t rate_deviation)
    : at_(at),
      offset_(offset),
      rate_(rate),
      p00_(square(smaller(deviation, kLargestDeviation))),
      p11_(square(clamped(rate_deviation, 1, kLargestRateDeviation))) {
  limit();
}

std::int64_t DeviceFilter::deviation() const {
  return square_root(p00_);
}

std::int64_t DeviceFilter::rate_deviation() const {
  return square_root(p11_);
}

// Deviations take the place of variances, which would not fit into 64 bits after a day; the squares of large
// ones lose their last bits.
DeviceFilter::Prediction DeviceFilter::predicted(MonoTime at, std::uint32_t wander) const {
  constexpr nanoseconds kLongestUnlearned =
      std::chrono::hours{24 * 365 * 30};  // no more uncertain after this
  const nanoseconds since = age(at_, at);
  const std::int64_t ms = shorter(since, kLongestUnlearned) / milliseconds{1};
  const std::int64_t now = deviation();
  const std::int64_t by_rate = over_ms(rate_deviation(), ms);
  const std::int64_t by_wander = wandered(wander, ms);
  int down = 0;
  while ((now | by_rate | by_wander) >> down >= std::int64_t{1} << 30) ++down;
  const std::int64_t correlated = over_ms(p01_ >> down, ms) >> down;
  const std::int64_t variance =
      square(now >> down) + square(by_rate >> down) + square(by_wander >> down) + 2 * correlated;
  return {.offset = saturated_sum(offset_, exact_drift(since, rate_).count()),
          .deviation = larger(square_root(variance) << down, kLeastDeviation),
          .rate_deviation = smaller(square_root(p11_ + over_ms(square(wander), ms)), kLargestRateDeviation)};
}

void DeviceFilter::predict(MonoTime to, std::uint32_t wander) {
  const Prediction prediction = predicted(to, wander);
  constexpr nanoseconds kLongestPrediction = std::chrono::hours{24 * 7};  // limits are reached after days
  const std::int64_t ms = shorter(age(at_, to), kLongestPrediction) / milliseconds{1};
  const std::int64_t rate_variance = smaller(over_ms(square(wander), ms), square(kLargestRateDeviation));
  at_ = later(at_, to);
  offset_ = prediction.offset;
  p00_ = square(smaller(prediction.deviation, kLargestDeviation));
  p01_ += over_ms(p11_ + rate_variance / 2, ms);
  p11_ += rate_variance;
  limit();
}

void DeviceFilter::set_offset(std::int64_t offset, std::int64_t deviation) {
  offset_ = offset;
  p00_ = square(smaller(deviation, kLargestDeviation));
  p01_ = 0;
  limit();
}

void DeviceFilter::loosen_offset(std::int64_t variance) {
  p00_ += smaller(variance, square(kLargestDeviation));
  limit();
}

void DeviceFilter::loosen_rate(std::int64_t deviation, std::int64_t ms) {
  const std::int64_t change = smaller(deviation, kLargestRateDeviation);
  const std::int64_t drifted = smaller(over_ms(change, ms), kLargestDeviation);
  p11_ += square(change);
  p01_ += change * drifted;
  p00_ += square(drifted);
  limit();
}

void DeviceFilter::apply_edge(std::int64_t edge, int side, std::int64_t softness) {
  const std::int64_t variance = p00_ + square(softness);
  const std::int64_t reach = square_root(variance);
  const std::int64_t inside =
      side > 0 ? saturated_difference(offset_, edge) : saturated_difference(edge, offset_);
  const auto alpha = static_cast<std::int32_t>(limited(inside, kEdgesAway * reach) * kOneQ12 / reach);
  const std::int32_t hazard = normal_hazard(alpha);
  if (hazard == 0) return;
  const auto shrinking = std::clamp<std::int32_t>(hazard * (hazard + alpha) / kOneQ12, 0, kOneQ12);
  const std::int64_t share = ratio(p00_, variance, 16) * shrinking >> 12;
  const std::int64_t innovation = multiply(p00_ / reach, hazard, 12);
  const std::int64_t p00 = larger(p00_ - multiply(p00_, share, 16), p00_ / 10'000);
  correct(side * innovation, p00);
}

// The product of a normal density and e^(-x / mean) is the same density shifted by its variance / mean. The
// shift is limited, so that the edge, which is applied next, can compensate for it.
void DeviceFilter::apply_slope(std::int64_t mean, int side) {
  correct(-side * smaller(p00_ / mean, kEdgesAway / 2 * deviation()), p00_);
}

void DeviceFilter::apply_centre(std::int64_t centre, std::int64_t variance) {
  const std::int64_t share = ratio(p00_, p00_ + smaller(variance, square(kLargestDeviation)), 16);
  const std::int64_t away = limited(saturated_difference(centre, offset_), kLargestDeviation);
  correct(multiply(away, share, 16), p00_ - multiply(p00_, share, 16));
}

// The offset moves by `innovation` and its variance becomes p00; the rate follows by correlation.
void DeviceFilter::correct(std::int64_t innovation, std::int64_t p00) {
  constexpr int kFraction = 24;
  constexpr std::int64_t kLargestGain = std::int64_t{1} << 29;
  const std::int64_t sign = p01_ < 0 ? -1 : 1;
  const std::int64_t gain = sign * smaller(ratio(sign * p01_, p00_, kFraction), kLargestGain);
  const std::int64_t change = p00 - p00_;
  // 2^-16 ns/s is 1/1000 of a Ppm's unit.
  rate_.scaled += multiply(innovation, gain, kFraction - 16) / 1000;
  offset_ = saturated_sum(offset_, innovation);
  const std::int64_t change01 = multiply(change, gain, kFraction);
  p11_ += multiply(change01, gain, kFraction);
  p01_ += change01;
  p00_ = p00;
  limit();
}

void DeviceFilter::limit() {
  p00_ = clamped(p00_, square(kLeastDeviation), square(kLargestDeviation));
  p11_ = clamped(p11_, 1, square(kLargestRateDeviation));
  p01_ = limited(p01_, deviation() * rate_deviation());
  rate_.scaled = limited(rate_.scaled, kRateLimit.scaled);
}

}  // namespace isletime
