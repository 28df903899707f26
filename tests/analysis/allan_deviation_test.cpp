// SPDX-License-Identifier: MIT
#include "libsync/analysis/allan_deviation.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "libsync/analysis/seeded_random.hpp"

namespace isletime::analysis::allan_deviation_test {
namespace {

std::vector<PhasePoint> points_of_readings(double noise_s, double rate) {
  SeededRandom random(5);
  std::vector<PhasePoint> points;
  for (int i = 0; i < 20'000; ++i)
    points.push_back({i * 10.0, rate * i * 10.0 + noise_s * random.normal(), i == 0});
  return points;
}

TEST(AllanDeviation, OfNoPointsIsNone) {
  EXPECT_TRUE(allan_deviation({}).empty());
}

TEST(AllanDeviation, DoesNotSeeASteadyRate) {
  for (const AllanPoint& point : allan_deviation(points_of_readings(0.0, 1e-4)))
    EXPECT_LT(point.deviation, 1e-15);
}

TEST(AllanDeviation, OfNoisyReadingsFallsWithTheTime) {
  const auto deviations = allan_deviation(points_of_readings(1e-3, 1e-5));
  ASSERT_GE(deviations.size(), 8U);
  // White phase noise of deviation s has sqrt(3) * s / tau.
  for (std::size_t i = 0; i < 8; ++i) {
    const double expected = std::sqrt(3.0) * 1e-3 / deviations[i].tau_s;
    EXPECT_NEAR(deviations[i].deviation, expected, 0.05 * expected);
  }
  EXPECT_EQ(deviations[3].tau_s, 80.0);
}

TEST(AllanDeviation, IsTheDefinitionOfThreePoints) {
  std::vector<PhasePoint> points;
  for (int i = 0; i < 6; ++i) points.push_back({i * 1.0, i % 2 == 0 ? 0.0 : 1.0, i == 0});
  // Rates of 1 and -1 alternate: half the mean square of their changes, 2, is 2.
  ASSERT_FALSE(allan_deviation(points).empty());
  EXPECT_DOUBLE_EQ(allan_deviation(points)[0].deviation, std::sqrt(2.0));
}

TEST(AllanDeviation, DoesNotGoAcrossAStep) {
  auto points = points_of_readings(1e-6, 0.0);
  for (std::size_t i = 10'000; i < points.size(); ++i) points[i].offset_s += 100.0;
  points[10'000].begins = true;
  EXPECT_LT(allan_deviation(points)[0].deviation, 1e-6);
}

}  // namespace
}  // namespace isletime::analysis::allan_deviation_test
