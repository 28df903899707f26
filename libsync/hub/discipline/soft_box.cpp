// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/soft_box.hpp"

#include <algorithm>
#include <cmath>

namespace isletime {
namespace {

constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kLogSqrtTwoPi = 0.91893853320467274178;

// A box this narrow relative to everything else is as good as normal.
constexpr double kNarrow = 0.3;
// Alternatives that are less likely than another by this much, in logarithms, do not count.
constexpr double kNegligibleRarity = -40.0;
// An edge this many deviations away has no effect.
constexpr double kBeyondSight = 8.5;
// If less than this of the prior is within the box, the difference of two tails has lost its digits.
constexpr double kOutside = 1e-30;

// The square of e to this is still finite.
constexpr double kLargeGrowth = 300.0;

double density(double x) {
  return std::exp(-0.5 * x * x - kLogSqrtTwoPi);
}
double upper_tail(double x) {
  return 0.5 * std::erfc(x * kSqrtHalf);
}

// The mass of a standard normal between a < b, computed from the tails on the side where they are small.
double mass_between(double a, double b) {
  return a > 0 ? upper_tail(a) - upper_tail(b) : upper_tail(-b) - upper_tail(-a);
}

// The prior lies outside, `beyond` deviations from the nearer edge, and only that edge counts (Mills).
Posterior with_far_edge(const Normal& prior, const SoftBox& box, double deviation, double beyond,
                        double towards) {
  const double inverse = 1.0 / beyond;
  const double hazard = beyond + inverse * (1.0 - 2.0 * inverse * inverse);
  const double gain = prior.variance / deviation;
  return {.normal = {.mean = prior.mean + towards * gain * hazard,
                     .variance = prior.variance - gain * gain * std::min(hazard * (hazard - beyond), 1.0)},
          .log_likelihood =
              -0.5 * beyond * beyond - kLogSqrtTwoPi - std::log(hazard) - std::log(2.0 * box.half_width)};
}

double log_sinhc(double x) {
  const double size = std::abs(x);
  if (size < 1e-4) return size * size / 6.0;
  return size + std::log1p(-std::exp(-2.0 * size)) - std::log(2.0 * size);
}

}  // namespace

Posterior with_normal(const Normal& prior, const Normal& observed) {
  const double total = prior.variance + observed.variance;
  const double innovation = observed.mean - prior.mean;
  const double gain = prior.variance / total;
  return {.normal = {.mean = prior.mean + gain * innovation, .variance = gain * observed.variance},
          .log_likelihood = -0.5 * (innovation * innovation / total + std::log(total)) - kLogSqrtTwoPi};
}

Posterior with_box(const Normal& prior, const SoftBox& box) {
  const double soft_variance = box.softness * box.softness;
  const double deviation = std::sqrt(prior.variance + soft_variance);
  if (box.half_width < kNarrow * deviation) {
    const double variance = soft_variance + box.half_width * box.half_width / 3.0;
    return with_normal(prior, {.mean = box.centre, .variance = variance});
  }
  // The edges relative to the prior, in deviations.
  const double lower = (box.centre - box.half_width - prior.mean) / deviation;
  const double upper = (box.centre + box.half_width - prior.mean) / deviation;
  if (lower < -kBeyondSight && upper > kBeyondSight) {
    return {.normal = prior, .log_likelihood = -std::log(2.0 * box.half_width)};
  }
  const double mass = mass_between(lower, upper);
  if (mass < kOutside) {
    if (lower > 0) return with_far_edge(prior, box, deviation, lower, 1.0);
    return with_far_edge(prior, box, deviation, -upper, -1.0);
  }
  const double at_lower = density(lower) / mass;
  const double at_upper = density(upper) / mass;
  const double slope = at_lower - at_upper;
  const double curvature = lower * at_lower - upper * at_upper - slope * slope;
  const double gain = prior.variance / deviation;
  return {.normal = {.mean = prior.mean + gain * slope, .variance = prior.variance + gain * gain * curvature},
          .log_likelihood = std::log(mass / (2.0 * box.half_width))};
}

// Returns the normal with the mean and variance of a density that grows as e^(tilt * value) within the box.
Normal moments_of(const SoftBox& box, double tilt) {
  const double growth = tilt * box.half_width;
  // Langevin's function and its derivative; their series are used where the closed forms have lost their
  // digits.
  constexpr double kSmall = 1e-2;
  const bool is_small = std::abs(growth) < kSmall;
  const double inverse = 1.0 / growth;
  const double over_sinh = 1.0 / std::sinh(std::min(std::abs(growth), kLargeGrowth));
  const double mean = is_small ? growth / 3.0 : 1.0 / std::tanh(growth) - inverse;
  const double variance =
      is_small ? 1.0 / 3.0 - growth * growth / 15.0 : inverse * inverse - over_sinh * over_sinh;
  return {.mean = box.centre + box.half_width * mean,
          .variance = box.softness * box.softness + box.half_width * box.half_width * variance};
}

// The prior times e^(tilt * value) is a shifted prior; completing the square with the blur shifts the edges
// too, and leaves a factor.
Posterior with_tilted_box(const Normal& prior, const SoftBox& box, double tilt) {
  const double soft_variance = box.softness * box.softness;
  // Such a box is as normal as a flat one, but the prior must not be shifted until the box is out of reach.
  if (box.half_width * box.half_width < kNarrow * kNarrow * (prior.variance + soft_variance)) {
    return with_normal(prior, moments_of(box, tilt));
  }
  const Normal shifted_prior = {.mean = prior.mean + tilt * prior.variance, .variance = prior.variance};
  Posterior posterior = with_box(
      shifted_prior,
      {.centre = box.centre - tilt * soft_variance, .half_width = box.half_width, .softness = box.softness});
  posterior.log_likelihood += tilt * (prior.mean - box.centre) +
                              0.5 * tilt * tilt * (prior.variance + soft_variance) -
                              log_sinhc(tilt * box.half_width);
  return posterior;
}

Posterior mixed(std::span<const Posterior> alternatives) {
  const Posterior likeliest = *std::max_element(
      alternatives.begin(), alternatives.end(),
      [](const Posterior& a, const Posterior& b) { return a.log_likelihood < b.log_likelihood; });
  double sum = 0.0;
  double first = 0.0;
  double second = 0.0;
  for (const Posterior& p : alternatives) {
    const double rarity = p.log_likelihood - likeliest.log_likelihood;
    if (rarity < kNegligibleRarity) continue;
    const double weight = rarity == 0.0 ? 1.0 : std::exp(rarity);
    // Distances are taken from the likeliest mean, so that no digits are lost where most of the weight lies.
    const double apart = p.normal.mean - likeliest.normal.mean;
    sum += weight;
    first += weight * apart;
    second += weight * (p.normal.variance + apart * apart);
  }
  const double shift = first / sum;
  return {.normal = {.mean = likeliest.normal.mean + shift, .variance = second / sum - shift * shift},
          .log_likelihood = likeliest.log_likelihood + std::log(sum)};
}

}  // namespace isletime
