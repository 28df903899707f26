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

// The covariance is predicted in steps of this length, and reaches its limits after days.
constexpr std::int64_t kPieceMs = 128'000;
constexpr nanoseconds kLongestPrediction = std::chrono::hours{24 * 7};

// A prediction grows no more uncertain after this.
constexpr nanoseconds kLongestUnlearned = std::chrono::hours{24 * 365 * 30};

constexpr int kWholeBits = 15;
constexpr std::int64_t kWhole = 1 << kWholeBits;

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

// Returns sqrt(a^2 + 2 correlation a b + b^2 + c^2); the squares of large deviations lose their last bits.
constexpr std::int64_t combined(std::int64_t a, std::int64_t b, std::int64_t correlation, std::int64_t c) {
  int down = 0;
  for (std::int64_t largest = std::max({a, b, c}); largest >= std::int64_t{1} << 30; largest >>= 1) ++down;
  const std::int64_t x = a >> down;
  const std::int64_t y = b >> down;
  const std::int64_t variance =
      square(x) + square(y) + square(c >> down) + 2 * (x * y / kWhole * correlation);
  return square_root(variance) << down;
}

}  // namespace

DeviceFilter::DeviceFilter(MonoTime at, std::int64_t offset, std::int64_t deviation, Ppm rate,
                           std::int64_t rate_deviation)
    : at_(at),
      offset_(offset),
      rate_(std::clamp(rate, Ppm{-kRateLimit.scaled}, kRateLimit)),
      p00_(square(std::min(deviation, kLargestDeviation))),
      p11_(square(std::clamp<std::int64_t>(rate_deviation, 1, kLargestRateDeviation))) {
  limit();
}

std::int64_t DeviceFilter::deviation() const {
  return square_root(p00_);
}

std::int64_t DeviceFilter::rate_deviation() const {
  return square_root(p11_);
}

void DeviceFilter::predict(MonoTime to, std::uint32_t wander) {
  const nanoseconds since = std::max(elapsed(at_, to), nanoseconds::zero());
  at_ = std::max(at_, to);
  offset_ = saturated_sum(offset_, exact_drift(since, rate_).count());
  const std::int64_t q = square(wander);
  std::int64_t left = std::min(since, kLongestPrediction) / milliseconds{1};
  while (left > 0) {
    const std::int64_t t = std::min(left, kPieceMs);
    left -= t;
    p00_ += over_ms(2 * p01_, t) + over_ms(over_ms(p11_, t), t) + over_ms(over_ms(over_ms(q, t), t), t) / 3;
    p01_ += over_ms(p11_, t) + over_ms(over_ms(q, t), t) / 2;
    p11_ += over_ms(q, t);
    limit();
  }
}

// The same as predict() in one step, with deviations in place of variances, which would not fit into 64 bits
// after a day.
DeviceFilter::Prediction DeviceFilter::predicted(MonoTime at, std::uint32_t wander) const {
  const nanoseconds since = std::max(elapsed(at_, at), nanoseconds::zero());
  const std::int64_t ms = std::min(since, kLongestUnlearned) / milliseconds{1};
  const std::int64_t by_rate = over_ms(rate_deviation(), ms);
  const std::int64_t by_wander = wandered(wander, ms);
  return {.offset = saturated_sum(offset_, exact_drift(since, rate_).count()),
          .deviation = std::max(combined(deviation(), by_rate, correlation(), by_wander), kLeastDeviation),
          .rate_deviation = std::min(square_root(p11_ + over_ms(square(wander), ms)), kLargestRateDeviation)};
}

// Returns how the errors of offset and rate go together, from -1 to 1 in units of kWhole.
std::int64_t DeviceFilter::correlation() const {
  const std::int64_t most = std::max<std::int64_t>(deviation() * rate_deviation(), 1);
  const std::int64_t size = std::min(ratio(p01_ < 0 ? -p01_ : p01_, most, kWholeBits), kWhole);
  return p01_ < 0 ? -size : size;
}

void DeviceFilter::set_offset(std::int64_t offset, std::int64_t deviation) {
  offset_ = offset;
  p00_ = square(std::min(deviation, kLargestDeviation));
  p01_ = 0;
  limit();
}

void DeviceFilter::loosen_offset(std::int64_t variance) {
  p00_ += std::min(variance, square(kLargestDeviation));
  limit();
}

void DeviceFilter::loosen_rate(std::int64_t deviation, std::int64_t ms) {
  const std::int64_t change = std::min(deviation, kLargestRateDeviation);
  const std::int64_t drifted = std::min(over_ms(change, ms), kLargestDeviation);
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
  const std::int64_t alpha = std::clamp(inside, -kEdgesAway * reach, kEdgesAway * reach) * kOneQ12 / reach;
  const std::int64_t hazard = normal_hazard(alpha);
  if (hazard == 0) return;
  const std::int64_t shrinking = std::clamp<std::int64_t>(hazard * (hazard + alpha) / kOneQ12, 0, kOneQ12);
  const std::int64_t share = ratio(p00_, variance, 16) * shrinking / kOneQ12;
  const std::int64_t innovation = multiply(p00_ / reach, hazard, 12);
  const std::int64_t p00 = std::max(p00_ - multiply(p00_, share, 16), p00_ / 10'000);
  correct(side * innovation, p00);
}

// The product of a normal density and e^(-x / mean) is the same density shifted by its variance / mean. The
// shift is limited, so that the edge, which is applied next, can compensate for it.
void DeviceFilter::apply_slope(std::int64_t mean, int side) {
  correct(-side * std::min(p00_ / mean, kEdgesAway / 2 * deviation()), p00_);
}

void DeviceFilter::apply_centre(std::int64_t centre, std::int64_t variance) {
  const std::int64_t share = ratio(p00_, p00_ + std::min(variance, square(kLargestDeviation)), 16);
  const std::int64_t away =
      std::clamp(saturated_difference(centre, offset_), -kLargestDeviation, kLargestDeviation);
  correct(multiply(away, share, 16), p00_ - multiply(p00_, share, 16));
}

// The offset moves by `innovation` and its variance becomes p00; the rate follows by correlation.
void DeviceFilter::correct(std::int64_t innovation, std::int64_t p00) {
  constexpr int kFraction = 24;
  constexpr std::int64_t kLargestGain = std::int64_t{1} << 29;
  const std::int64_t sign = p01_ < 0 ? -1 : 1;
  const std::int64_t gain = sign * std::min(ratio(sign * p01_, p00_, kFraction), kLargestGain);
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
  p00_ = std::clamp(p00_, square(kLeastDeviation), square(kLargestDeviation));
  p11_ = std::clamp<std::int64_t>(p11_, 1, square(kLargestRateDeviation));
  const std::int64_t most = square_root(p00_) * square_root(p11_);
  p01_ = std::clamp(p01_, -most, most);
  rate_ = std::clamp(rate_, Ppm{-kRateLimit.scaled}, kRateLimit);
}

}  // namespace isletime
