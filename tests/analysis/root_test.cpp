// SPDX-License-Identifier: MIT
#include "libsync/analysis/root.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

namespace isletime::analysis::root_test {
namespace {

// The distribution function of the normal distribution.
double normal(double value) {
  return 0.5 * std::erfc(-value / std::numbers::sqrt2);
}

TEST(Root, IsBracketedAsNarrowlyAsWanted) {
  const RootBracket found = bracket_root([](double x) { return x * x - 2.0; }, 0.0, 2.0, 1e-6);
  EXPECT_LE(found.low, std::numbers::sqrt2);
  EXPECT_GE(found.high, std::numbers::sqrt2);
  EXPECT_LE(found.high - found.low, 1.1e-6);
}

TEST(Root, OfAFallingFunctionIsFoundToo) {
  const auto falling = [](double x) { return 2.0 - std::exp(x); };
  const RootBracket found = bracket_root(falling, -3.0, 5.0, 1e-12);
  EXPECT_NEAR(found.low, std::numbers::ln2, 1e-11);
  EXPECT_GE(falling(found.low), 0.0);
  EXPECT_LE(falling(found.high), 0.0);
}

TEST(Root, AtZeroAndToNoToleranceEnds) {
  const RootBracket found = bracket_root([](double x) { return x; }, -1.0, 3.0, 0.0);
  EXPECT_LE(found.low, 0.0);
  EXPECT_GE(found.high, 0.0);
}

// 1.959964 is the 97.5 % quantile in every table.
TEST(Root, AQuantileFarInsideTheReachTakesFewCalls) {
  int calls = 0;
  const auto excess = [&calls](double value) {
    ++calls;
    return normal(value) - 0.975;
  };
  const RootBracket found = bracket_root(excess, -1e4, 1e4, 1e-12);
  EXPECT_NEAR(found.low, 1.959964, 1e-6);
  EXPECT_LE(calls, 30);  // bisection takes 55
}

// A mixture of a narrow part and a wide one is nearly flat between its rises.
TEST(Root, WhereTheFunctionIsNearlyFlatIsFound) {
  const auto mixture = [](double value) { return 0.5 * normal(value) + 0.5 * normal((value - 1e6) / 1e-3); };
  for (const double probability : {0.025, 0.4999, 0.5001, 0.975}) {
    const RootBracket found =
        bracket_root([&](double x) { return mixture(x) - probability; }, -1e8, 1e8, 1e-9);
    EXPECT_LE(mixture(found.low), probability);
    EXPECT_GE(mixture(found.high), probability);
    EXPECT_LE(found.high - found.low, 1e-8) << probability;
  }
}

TEST(Root, AStepCounts) {
  int calls = 0;
  const auto step = [&calls](double x) {
    ++calls;
    return x < 0.3 ? -1.0 : 1.0;
  };
  const RootBracket found = bracket_root(step, 0.0, 1.0, 1e-9);
  EXPECT_LT(found.low, 0.3);
  EXPECT_GE(found.high, 0.3);
  EXPECT_LE(found.high - found.low, 1e-9);
  EXPECT_LE(calls, 40);
}

// Some probability of a mixture may be missing from the parts that are left of it.
TEST(Root, ThatIsNotBetweenTheEndsGivesTheEndThatIsNearest) {
  const auto rising = [](double x) { return 0.9999 * normal(x) - 0.99995; };
  const RootBracket above = bracket_root(rising, -100.0, 100.0, 1e-12);
  EXPECT_EQ(above.low, 100.0);
  EXPECT_EQ(above.high, 100.0);
  const RootBracket below = bracket_root([](double x) { return x; }, 1.0, 2.0, 1e-12);
  EXPECT_EQ(below.low, 1.0);
  EXPECT_EQ(below.high, 1.0);
}

TEST(Root, OfWhatIsNoNumberEnds) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  bracket_root([](double) { return kNan; }, 0.0, 1.0, 1e-12);
  bracket_root([](double x) { return x < 0.5 ? -1.0 : kNan; }, 0.0, 1.0, 0.0);
  bracket_root([](double x) { return x; }, -kInfinity, 1.0, 1e-12);
  bracket_root([](double x) { return x; }, kNan, 1.0, 1e-12);
}

// Interpolation alone would creep up to a root of high order.
TEST(Root, OfHighOrderDoesNotTakeForever) {
  int calls = 0;
  const auto ninth = [&calls](double x) {
    ++calls;
    return std::pow(x - 0.7, 9.0);
  };
  const RootBracket found = bracket_root(ninth, -10.0, 100.0, 1e-9);
  EXPECT_NEAR(found.low, 0.7, 1e-8);
  EXPECT_LE(calls, 100);
}

}  // namespace
}  // namespace isletime::analysis::root_test
