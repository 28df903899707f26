// SPDX-License-Identifier: MIT
// One observation of a scalar, by moment matching: a normal prior, a likelihood that is not normal, and
// the normal of the same mean and variance as what follows. A round trip with one-sided queueing noise
// says "anywhere within half its excess delay", a box, not a normal distribution that grows with it.
// Seconds and their squares throughout.
#pragma once

#include <span>

namespace isletime {

struct Normal {
  double mean = 0.0;
  double variance = 0.0;
};

// Uniform within centre +- half_width, blurred by a normal distribution of deviation `softness`.
struct SoftBox {
  double centre = 0.0;
  double half_width = 0.0;
  double softness = 0.0;  // above zero
};

struct Posterior {
  Normal normal;
  double log_likelihood = 0.0;  // of the observation, given the prior
};

Posterior with_box(const Normal& prior, const SoftBox& box);

// Within the box with a density that grows as e^(tilt * value): one direction's queue is the longer.
Posterior with_tilted_box(const Normal& prior, const SoftBox& box, double tilt);

Posterior with_normal(const Normal& prior, const Normal& observed);

// The one normal for alternatives whose weights are already in their log_likelihood; never empty.
Posterior mixed(std::span<const Posterior> alternatives);

}  // namespace isletime
