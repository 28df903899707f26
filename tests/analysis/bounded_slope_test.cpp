// SPDX-License-Identifier: MIT
#include "libsync/analysis/bounded_slope.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace isletime::analysis::bounded_slope_test {
namespace {

// The readings of a clock of that rate on a display of whole seconds.
std::vector<Bound> staircase(int count, double interval_s, double rate) {
  std::vector<Bound> bounds;
  for (int i = 0; i < count; ++i) {
    const double time = i * interval_s;
    const double shown = std::floor(0.3 + rate * time);
    bounds.push_back({time, shown, shown + 1.0, i == 0});
  }
  return bounds;
}

TEST(BoundedSlope, HoldsTheRateWithoutAnyStepSeen) {
  const auto slope = estimate_slope_within(staircase(100, 600.0, 1e-6), {1.0});
  ASSERT_TRUE(slope);
  const Interval interval = rate_interval(slope->posterior, 0.95);
  EXPECT_LT(interval.low, 0.0);
  EXPECT_GT(interval.high, 1e-6);
  // The steepest line within 1 s over 59400 s.
  EXPECT_LT(interval.high, 1.0 / 59'400.0);
}

TEST(BoundedSlope, NarrowsWithTheStepsSeen) {
  const auto slope = estimate_slope_within(staircase(2000, 600.0, 2e-5), {1.0});
  ASSERT_TRUE(slope);
  const Interval interval = rate_interval(slope->posterior, 0.95);
  EXPECT_LE(interval.low, 2e-5);
  EXPECT_GE(interval.high, 2e-5);
  EXPECT_LT(interval.high - interval.low, 4e-6);
}

// The rate of a clock that walks by 3e-9 a root second differs within four days by some 0.72 ppm, the
// deviation, from their mean.
TEST(BoundedSlope, TwoStepsShowNothingOfHowTheRateWandersBetweenThem) {
  constexpr double kDays = 4.0 * 86'400.0;
  const auto two = estimate_slope_within(staircase(2880, 120.0, 2.2 / kDays), {1.0});
  ASSERT_TRUE(two);
  const Interval once = rate_interval(two->posterior, 0.95);
  EXPECT_NEAR((once.high - once.low) / 2.0, 1.96 * 0.72e-6, 0.1e-6);
  const Interval mean = mean_interval(two->posterior, 0.95);
  EXPECT_LT(mean.high - mean.low, 0.3e-6);
  const auto nine = estimate_slope_within(staircase(2880, 120.0, 9.2 / kDays), {1.0});
  ASSERT_TRUE(nine);
  const Interval shown = rate_interval(nine->posterior, 0.95);
  EXPECT_LT(shown.high - shown.low, 0.4e-6);
}

TEST(BoundedSlope, LeavesOutARowThatNoLineReaches) {
  auto bounds = staircase(200, 600.0, 2e-5);
  bounds[120].low_s += 1.4;
  bounds[120].high_s += 1.4;
  const auto slope = estimate_slope_within(bounds, {1.0});
  ASSERT_TRUE(slope);
  EXPECT_EQ(slope->outliers, (std::vector<std::size_t>{120}));
  EXPECT_TRUE(slope->breaks.empty());
}

TEST(BoundedSlope, BreaksWhereAClockWasSet) {
  auto bounds = staircase(200, 600.0, 2e-5);
  for (std::size_t i = 120; i < 200; ++i) {
    bounds[i].low_s -= 3.0;
    bounds[i].high_s -= 3.0;
  }
  const auto slope = estimate_slope_within(bounds, {1.0});
  ASSERT_TRUE(slope);
  EXPECT_EQ(slope->breaks, (std::vector<std::size_t>{120}));
}

}  // namespace
}  // namespace isletime::analysis::bounded_slope_test
