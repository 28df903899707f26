// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/congestion.hpp"

#include <gtest/gtest.h>

namespace isletime::congestion_test {
namespace {

constexpr CongestionShares kHomewardAgain{0.1, 0.0, 0.8, 0.1};

TEST(Congestion, KnowsNothingAtFirst) {
  EXPECT_EQ(Congestion{}.shares(), Congestion::kAtFirst);
}

TEST(Congestion, ExpectsTheNextLongRoundTripToBeOfTheSameKind) {
  Congestion congestion;
  congestion.on_long_round_trip(kHomewardAgain);
  EXPECT_NEAR(congestion.share(CongestionKind::kHomeward), 0.98 * 0.8 + 0.02 * 0.2, 1e-12);
}

// Otherwise the first packet of a queue in the other direction would pass for a step of the clock.
TEST(Congestion, NeverRulesOutThatAQueueMoves) {
  Congestion congestion;
  for (int i = 0; i < 100; ++i) congestion.on_long_round_trip({0.0, 0.0, 1.0, 0.0});
  EXPECT_NEAR(congestion.share(CongestionKind::kOutward), 0.02 * 0.2, 1e-12);
}

TEST(Congestion, SharesSumToOneWhateverTheEvidenceDoes) {
  Congestion congestion;
  congestion.on_long_round_trip({3.0, 5.0, 0.0, 2.0});
  double sum = 0.0;
  for (const double share : congestion.shares()) sum += share;
  EXPECT_NEAR(sum, 1.0, 1e-12);
}

TEST(Congestion, WhatNothingExplainsChangesNothing) {
  Congestion congestion;
  congestion.on_long_round_trip(kHomewardAgain);
  const CongestionShares before = congestion.shares();
  congestion.on_long_round_trip({0.0, 1e-20, 0.0, 0.0});
  EXPECT_EQ(congestion.shares(), before);
}

TEST(Congestion, AShortRoundTripEndsIt) {
  Congestion congestion;
  congestion.on_long_round_trip(kHomewardAgain);
  congestion.on_short_round_trip();
  EXPECT_EQ(congestion.shares(), Congestion::kAtFirst);
}

}  // namespace
}  // namespace isletime::congestion_test
