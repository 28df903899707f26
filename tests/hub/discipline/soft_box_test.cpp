// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/soft_box.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace isletime::soft_box_test {
namespace {

double normal_density(double x, double variance) {
  return std::exp(-0.5 * x * x / variance) / std::sqrt(2.0 * std::numbers::pi * variance);
}

// Computes Bayes' rule by brute force: the box is blurred by summing normals over it, and the posterior is
// summed over eight deviations of the prior to either side.
Posterior by_summing(const Normal& prior, const SoftBox& box, double tilt) {
  constexpr int kSteps = 2000;
  const double reach = 8.0 * std::sqrt(prior.variance);
  const double inner_step = 2.0 * box.half_width / kSteps;
  const double outer_step = 2.0 * reach / kSteps;
  double scale = 0.0;
  for (int j = 0; j < kSteps; ++j) scale += std::exp(tilt * (-box.half_width + (j + 0.5) * inner_step));
  double sum = 0.0;
  double first = 0.0;
  double second = 0.0;
  for (int i = 0; i < kSteps; ++i) {
    const double x = prior.mean - reach + (i + 0.5) * outer_step;
    double likelihood = 0.0;
    for (int j = 0; j < kSteps; ++j) {
      const double u = -box.half_width + (j + 0.5) * inner_step;
      likelihood += std::exp(tilt * u) * normal_density(x - box.centre - u, box.softness * box.softness);
    }
    const double weight = normal_density(x - prior.mean, prior.variance) * likelihood / scale * outer_step;
    sum += weight;
    first += weight * x;
    second += weight * x * x;
  }
  const double mean = first / sum;
  return {.normal = {.mean = mean, .variance = second / sum - mean * mean}, .log_likelihood = std::log(sum)};
}

void expect_near(const Posterior& actual, const Posterior& expected, double tolerance) {
  EXPECT_NEAR(actual.normal.mean, expected.normal.mean, tolerance);
  EXPECT_NEAR(actual.normal.variance, expected.normal.variance, tolerance);
  EXPECT_NEAR(actual.log_likelihood, expected.log_likelihood, tolerance);
}

constexpr Normal kPrior{.mean = 0.3, .variance = 1.7};
constexpr std::array kBoxes{SoftBox{.centre = 0.0, .half_width = 1.0, .softness = 0.2},
                            SoftBox{.centre = 2.5, .half_width = 1.5, .softness = 0.5},
                            SoftBox{.centre = -6.0, .half_width = 2.0, .softness = 1.0},
                            SoftBox{.centre = 0.0, .half_width = 5.0, .softness = 0.3}};

TEST(SoftBox, IsWhatBayesRuleGives) {
  for (const SoftBox& box : kBoxes) expect_near(with_box(kPrior, box), by_summing(kPrior, box, 0.0), 1e-4);
}

TEST(SoftBox, TiltedIsWhatBayesRuleGives) {
  for (const SoftBox& box : kBoxes) {
    for (const double tilt : {-1.5, 0.7}) {
      expect_near(with_tilted_box(kPrior, box, tilt), by_summing(kPrior, box, tilt), 1e-4);
    }
  }
}

// At the width where the normal approximation takes over, it differs by the effect of a fourth moment.
TEST(SoftBox, ANarrowOneIsAsGoodAsNormal) {
  const SoftBox box{.centre = 1.0, .half_width = 0.3, .softness = 0.4};
  expect_near(with_box(kPrior, box), by_summing(kPrior, box, 0.0), 2e-3);
}

// The box is narrow relative to the prior but wide relative to the tilt. The density is at the edge that the
// tilt prefers, while prior times tilt without the box would peak 60 deviations beyond it.
TEST(SoftBox, TiltedAndNarrowItIsStillWhatBayesRuleGives) {
  const Normal prior{.mean = 0.0, .variance = 100.0};
  for (const double tilt : {-6.0, -0.5, 1e-9, 0.5, 6.0}) {
    const SoftBox box{.centre = 1.0, .half_width = 2.0, .softness = 0.4};
    const Posterior actual = with_tilted_box(prior, box, tilt);
    const Posterior expected = by_summing(prior, box, tilt);
    EXPECT_NEAR(actual.normal.mean, expected.normal.mean, 2e-2) << tilt;
    EXPECT_NEAR(actual.normal.variance, expected.normal.variance, 2e-2) << tilt;
    EXPECT_NEAR(actual.log_likelihood, expected.log_likelihood, 2e-3) << tilt;
  }
}

TEST(SoftBox, NoTiltIsTooSteepForIt) {
  const Posterior p = with_tilted_box({.mean = 0.0, .variance = 1e6},
                                      {.centre = 0.0, .half_width = 1.0, .softness = 1e-3}, 1e5);
  EXPECT_NEAR(p.normal.mean, 1.0, 1e-4);
  EXPECT_GT(p.normal.variance, 0.0);
}

// The box is out of the prior's reach, so only its near edge matters, and the two sides mirror each other.
TEST(SoftBox, FarFromThePriorItsNearEdgeDecides) {
  const Normal prior{.mean = 0.0, .variance = 1.0};
  const SoftBox above{.centre = 25.0, .half_width = 5.0, .softness = 1.0};
  const Posterior up = with_box(prior, above);
  // The edge is at 20, and prior and blur are equally uncertain, so the best estimate lies half way.
  EXPECT_NEAR(up.normal.mean, 10.0, 0.1);
  EXPECT_NEAR(up.normal.variance, 0.5, 0.01);
  const Posterior down = with_box(prior, {.centre = -25.0, .half_width = 5.0, .softness = 1.0});
  EXPECT_DOUBLE_EQ(down.normal.mean, -up.normal.mean);
  EXPECT_DOUBLE_EQ(down.log_likelihood, up.log_likelihood);
}

// The mass falls below 1e-30 where the edge is 11.4 deviations away; the two formulas must agree there.
TEST(SoftBox, TheAsymptoteContinuesTheExactFormula) {
  const Normal prior{.mean = 0.0, .variance = 1.0};
  Posterior before{};
  for (int i = 0; i < 300; ++i) {
    const double centre = 15.0 + 0.01 * i;
    const Posterior now = with_box(prior, {.centre = centre, .half_width = 5.0, .softness = 0.1});
    if (before.log_likelihood != 0.0) {
      EXPECT_LT(now.log_likelihood, before.log_likelihood);
      EXPECT_NEAR(now.normal.mean, before.normal.mean, 0.011);
      EXPECT_NEAR(now.normal.variance, before.normal.variance, 1e-3);
    }
    before = now;
  }
}

// The product of two normals is in every textbook.
TEST(SoftBox, NormalsCombineByTheirInverseVariances) {
  const Posterior p = with_normal({.mean = 0.0, .variance = 1.0}, {.mean = 4.0, .variance = 3.0});
  EXPECT_DOUBLE_EQ(p.normal.mean, 1.0);
  EXPECT_DOUBLE_EQ(p.normal.variance, 0.75);
  EXPECT_NEAR(p.log_likelihood, std::log(normal_density(4.0, 4.0)), 1e-12);
}

// Half of the weight is at -1 and half at +1, each of variance 2, so the mean is 0 and the variance 2 + 1.
TEST(SoftBox, AMixtureHasTheSpreadOfItsAlternatives) {
  const Posterior mixture = mixed(std::array{Posterior{{.mean = -1.0, .variance = 2.0}, std::log(0.1)},
                                             Posterior{{.mean = 1.0, .variance = 2.0}, std::log(0.1)}});
  EXPECT_NEAR(mixture.normal.mean, 0.0, 1e-12);
  EXPECT_NEAR(mixture.normal.variance, 3.0, 1e-12);
  EXPECT_NEAR(mixture.log_likelihood, std::log(0.2), 1e-12);
}

TEST(SoftBox, AbsurdBoxesStayFinite) {
  for (const double centre : {0.0, 1e3, -1e10}) {
    for (const double half_width : {0.0, 1e-7, 1e4}) {
      for (const double variance : {1e-20, 1.0, 1e13}) {
        for (const double tilt : {0.0, 5e6, -5e6}) {
          const Posterior p =
              with_tilted_box({.mean = 0.0, .variance = variance},
                              {.centre = centre, .half_width = half_width, .softness = 2e-7}, tilt);
          EXPECT_TRUE(std::isfinite(p.normal.mean));
          EXPECT_TRUE(std::isfinite(p.normal.variance));
          EXPECT_TRUE(std::isfinite(p.log_likelihood));
        }
      }
    }
  }
}

}  // namespace
}  // namespace isletime::soft_box_test
