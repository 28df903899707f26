// SPDX-License-Identifier: MIT
#include "libsync/policy/normal_hazard.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace isletime::normal_hazard_test {
namespace {

double exact(double x) {
  const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0));
  return density / (std::erfc(-x / std::sqrt(2.0)) / 2);
}

TEST(NormalHazard, TheTableIsPhiOverPhiToItsLastDigit) {
  for (std::size_t i = 0; i < kNormalHazard.size(); ++i) {
    EXPECT_EQ(kNormalHazard[i], std::lround(4096 * exact(static_cast<double>(i) / 8 - 6))) << i;
  }
}

TEST(NormalHazard, BetweenTheEntriesItIsRightToAThousandth) {
  for (std::int32_t x = -6 * kOneQ12; x < 6 * kOneQ12; x += 7) {
    const double expected = 4096 * exact(static_cast<double>(x) / 4096);
    EXPECT_NEAR(static_cast<double>(normal_hazard(x)), expected, std::max(4.096, expected / 1000)) << x;
  }
}

TEST(NormalHazard, FarBelowTheEdgeItIsTheDistance) {
  for (const double a : {6.0, 8.0, 20.0, 36.0}) {
    const auto x = static_cast<std::int32_t>(-a * 4096);
    EXPECT_NEAR(static_cast<double>(normal_hazard(x)), 4096 * exact(-a), 4096 * exact(-a) / 1000) << a;
  }
  EXPECT_NEAR(static_cast<double>(normal_hazard(-64 * kOneQ12)), 64 * 4096.0, 66);
}

TEST(NormalHazard, FarAboveTheEdgeItIsNothing) {
  EXPECT_EQ(normal_hazard(6 * kOneQ12), 0);
  EXPECT_EQ(normal_hazard(64 * kOneQ12), 0);
}

}  // namespace
}  // namespace isletime::normal_hazard_test
