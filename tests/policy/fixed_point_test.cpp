// SPDX-License-Identifier: MIT
#include "libsync/policy/fixed_point.hpp"

#include <gtest/gtest.h>

namespace isletime::fixed_point_test {
namespace {

using namespace std::chrono_literals;

TEST(FixedPoint, FloorDivisionRoundsDownOnBothSidesOfZero) {
  EXPECT_EQ(floor_div(7, 2), 3);
  EXPECT_EQ(floor_div(-7, 2), -4);
  EXPECT_EQ(floor_div(-8, 2), -4);
  EXPECT_EQ(floor_div(INT64_MIN, 1), INT64_MIN);
}

TEST(FixedPoint, ScalesWhatAProductWouldOverflow) {
  EXPECT_EQ(scale(1'000'000'000'000'000'000, 3, 4), 750'000'000'000'000'000);
  EXPECT_EQ(scale(-10, 3, 4), -7);
}

TEST(FixedPoint, RatiosKeepTheirFraction) {
  EXPECT_EQ(ratio(1, 2, 16), 32768);
  EXPECT_EQ(ratio(3, 1, 16), 3 * 65536);
  EXPECT_EQ(ratio(0, 5, 24), 0);
  EXPECT_EQ(ratio(500'000'000'000'000, 1'000'000'000'000'000'000, 24), (std::int64_t{1} << 24) / 2000);
}

TEST(FixedPoint, RatiosThatDoNotFitAreHeldAtTheEnd) {
  EXPECT_EQ(ratio(INT64_MAX, 1, 24), INT64_MAX);
  EXPECT_EQ(ratio(INT64_MAX, INT64_MAX, 32), std::int64_t{1} << 32);
}

TEST(FixedPoint, SquareRootsAreTheLargestWholeOnes) {
  for (const std::int64_t root :
       {1LL, 2LL, 3LL, 1000LL, 65'535LL, 65'536LL, 999'999'937LL, 3'037'000'499LL}) {
    EXPECT_EQ(square_root(root * root), root);
    EXPECT_EQ(square_root(root * root - 1), root - 1);
  }
  EXPECT_EQ(square_root(INT64_MAX), 3'037'000'499);
  EXPECT_EQ(square_root(0), 0);
  EXPECT_EQ(square_root(-1), 0);
}

// 1 ppm is 1 us a second.
TEST(FixedPoint, DriftIsExactAtEveryScale) {
  EXPECT_EQ(exact_drift(1s, Ppm::whole(40)), 40us);
  EXPECT_EQ(exact_drift(25us, Ppm::whole(40)), 1ns);
  EXPECT_EQ(exact_drift(86'400s, Ppm::whole(-40)), -3456ms);
  EXPECT_EQ(exact_drift(-1s, Ppm::whole(40)), -40us);
  EXPECT_EQ(exact_drift(1s, Ppm{65'536 / 2}), 500ns);
  EXPECT_EQ(exact_drift(seconds{65'536'000}, Ppm{1}), 1ms);
}

// 10 % of 292 years is 29 years.
TEST(FixedPoint, DriftOfCenturiesFits) {
  constexpr Ppm kTenPercent = Ppm::whole(100'000);
  for (const nanoseconds over : {nanoseconds::max(), nanoseconds::min()}) {
    EXPECT_NEAR(static_cast<double>(exact_drift(over, kTenPercent).count()),
                0.1 * static_cast<double>(over.count()), 1e6);
  }
}

}  // namespace
}  // namespace isletime::fixed_point_test
