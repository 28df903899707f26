// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/free_time.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace isletime::free_time_test {
namespace {

using namespace std::chrono_literals;

TEST(FreeTime, RoundsToTheNearestNanosecond) {
  EXPECT_EQ(rounded(Seconds{1.4e-9}), 1ns);
  EXPECT_EQ(rounded(Seconds{1.6e-9}), 2ns);
  EXPECT_EQ(rounded(Seconds{-1.6e-9}), -2ns);
}

TEST(FreeTime, WhatIsTooLongIsHeldAtTheRangesEnds) {
  EXPECT_EQ(rounded(Seconds{1e300}), nanoseconds::max());
  EXPECT_EQ(rounded(Seconds{-1e300}), -nanoseconds::max());
  EXPECT_EQ(rounded(Seconds{std::numeric_limits<double>::infinity()}), nanoseconds::max());
  EXPECT_EQ(shifted(FreeTime::max(), 1ns), FreeTime::max());
  EXPECT_EQ(shifted(FreeTime::min(), -1ns), FreeTime::min());
}

TEST(FreeTime, NotANumberIsNoDuration) {
  EXPECT_EQ(rounded(Seconds{std::numeric_limits<double>::quiet_NaN()}), 0ns);
}

TEST(FreeTime, EveryHeldDurationHasANegative) {
  EXPECT_EQ(-saturated(nanoseconds::min()), nanoseconds::max());
  EXPECT_EQ(-saturated(5ns), -5ns);
}

}  // namespace
}  // namespace isletime::free_time_test
