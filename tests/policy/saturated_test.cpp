// SPDX-License-Identifier: MIT
#include "libsync/policy/saturated.hpp"

#include <gtest/gtest.h>

namespace isletime::saturated_test {
namespace {

using namespace std::chrono_literals;

constexpr nanoseconds kMost = nanoseconds::max();
constexpr nanoseconds kLeast = nanoseconds::min();

TEST(Saturated, SumsAndDifferencesInRangeAreExact) {
  EXPECT_EQ(saturated_sum(2s, -3ns), 1'999'999'997ns);
  EXPECT_EQ(saturated_difference(2s, 3ns), 1'999'999'997ns);
  EXPECT_EQ(saturated_sum(kMost, kLeast), -1ns);
}

TEST(Saturated, SumsAndDifferencesAreHeldAtTheEnds) {
  EXPECT_EQ(saturated_sum(kMost, 1ns), kMost);
  EXPECT_EQ(saturated_sum(kLeast, -1ns), kLeast);
  EXPECT_EQ(saturated_difference(kMost, -1ns), kMost);
  EXPECT_EQ(saturated_difference(kLeast, 1ns), kLeast);
  EXPECT_EQ(saturated_difference(0ns, kLeast), kMost);
}

TEST(Saturated, AMagnitudeIsNeverNegative) {
  EXPECT_EQ(magnitude(-5ns), 5ns);
  EXPECT_EQ(magnitude(5ns), 5ns);
  EXPECT_EQ(magnitude(kLeast), kMost);
}

}  // namespace
}  // namespace isletime::saturated_test
