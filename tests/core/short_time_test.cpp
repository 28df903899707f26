// SPDX-License-Identifier: MIT
#include "libsync/core/short_time.hpp"

#include <gtest/gtest.h>

#include "tests/core/vectors/short_time_vectors.hpp"

namespace isletime::vectors::short_time_test {
namespace {

static_assert(all_hold(kShortTimeChecks));

TEST(ShortTime, Is16BitsOfSecondsAnd16OfFraction) {
  EXPECT_EQ(first_failing<kShortTimes>(), kNone);
  EXPECT_EQ(first_failing<kRoundings>(), kNone);
}

TEST(ShortTime, IsUnsignedSo65535SecondsAreNotNegative) {
  EXPECT_EQ(first_failing<kShortTimesAbove32767Seconds>(), kNone);
}

TEST(ShortTime, ReadingRoundsUpAsItIsABound) {
  EXPECT_EQ(first_failing<kShortTimesRoundUp>(), kNone);
}

TEST(ShortTime, WritingRoundsUpAsItIsABound) {
  EXPECT_EQ(first_failing<kRoundingsUp>(), kNone);
}

TEST(ShortTime, SaturatesAtBothEnds) {
  EXPECT_EQ(first_failing<kSaturations>(), kNone);
}

}  // namespace
}  // namespace isletime::vectors::short_time_test
