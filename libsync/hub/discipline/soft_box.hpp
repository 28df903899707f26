// SPDX-License-Identifier: MIT
// One observation of a scalar by moment matching: a normal prior, a likelihood that is not normal, and the
// normal with the mean and variance of the posterior. A round trip with one-sided queueing noise says
// "anywhere within half its excess delay", which is a box and not a normal distribution that grows with the
// delay. Values are in seconds and their squares.
#pragma once

#include <span>

namespace isletime {

struct Normal {
  double mean = 0.0;
  double variance = 0.0;
};

// Uniform within centre +- half_width, blurred by a normal distribution with deviation `softness`.
struct SoftBox {
  double centre = 0.0;
  double half_width = 0.0;
  double softness = 0.0;  // positive
};

struct Posterior {
  Normal normal;
  double log_likelihood = 0.0;  // of the observation, given the prior
};

Posterior with_box(const Normal& prior, const SoftBox& box);

// Applies a box with a density that grows as e^(tilt * value): one direction's queue is longer.
Posterior with_tilted_box(const Normal& prior, const SoftBox& box, double tilt);

Posterior with_normal(const Normal& prior, const Normal& observed);

// Returns one normal for alternatives whose log_likelihood includes their weights. The list must not be
// empty.
Posterior mixed(std::span<const Posterior> alternatives);

}  // namespace isletime
