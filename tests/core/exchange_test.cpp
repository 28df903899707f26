// SPDX-License-Identifier: MIT
#include "libsync/core/exchange.hpp"

#include <gtest/gtest.h>

#include "tests/core/vectors/exchange_vectors.hpp"

namespace isletime::vectors::exchange_test {
namespace {

static_assert(all_hold(kExchangeChecks));

TEST(Exchange, PositiveOffsetMeansThatTheLocalClockIsBehind) {
  EXPECT_EQ(first_failing<kOffsets>(), kNone);
}

TEST(Exchange, NegativeDelayIsReportedRaw) {
  EXPECT_EQ(first_failing<kNegativeDelays>(), kNone);
}

TEST(Exchange, IsRightAcrossAnEra) {
  EXPECT_EQ(first_failing<kExchangesAcrossEras>(), kNone);
}

TEST(Exchange, TakesClocksThatAreYearsApart) {
  EXPECT_EQ(first_failing<kClocksYearsApart>(), kNone);
}

TEST(Exchange, AnOffsetIsOfTheEraThatIsNearest) {
  EXPECT_EQ(first_failing<kUnfoldedOffsets>(), kNone);
}

}  // namespace
}  // namespace isletime::vectors::exchange_test
