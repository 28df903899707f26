// SPDX-License-Identifier: MIT
#include "tools/driftlog/schedule.hpp"

#include <gtest/gtest.h>

namespace isletime::driftlog::schedule_test {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kBegin{1000s};

TEST(Schedule, RoundsAreOnAGridFromTheStartHoweverLongTheyTake) {
  Schedule schedule(kBegin, 10s, std::nullopt);
  EXPECT_EQ(schedule.due(), kBegin);
  EXPECT_EQ(schedule.finish_round(kBegin + 3s), 0);
  EXPECT_EQ(schedule.due(), kBegin + 10s);
  EXPECT_EQ(schedule.finish_round(kBegin + 19s), 0);
  EXPECT_EQ(schedule.due(), kBegin + 20s);
}

TEST(Schedule, ARoundThatIsLateLeavesOutWhatItCovered) {
  Schedule schedule(kBegin, 10s, std::nullopt);
  EXPECT_EQ(schedule.finish_round(kBegin + 34s), 3);
  EXPECT_EQ(schedule.due(), kBegin + 40s);
  EXPECT_EQ(schedule.finish_round(kBegin + 50s), 0);
  EXPECT_EQ(schedule.due(), kBegin + 50s);
}

TEST(Schedule, TheLastRoundIsAtTheEndOfTheDuration) {
  Schedule schedule(kBegin, 10s, 20s);
  schedule.finish_round(kBegin + 1s);
  schedule.finish_round(kBegin + 11s);
  EXPECT_EQ(schedule.due(), kBegin + 20s);
  schedule.finish_round(kBegin + 21s);
  EXPECT_EQ(schedule.due(), std::nullopt);
}

TEST(Schedule, WhatIsLeftIsNeverLessThanNothing) {
  const Schedule schedule(kBegin, 10s, 20s);
  EXPECT_EQ(schedule.left(kBegin + 5s), 15s);
  EXPECT_EQ(schedule.left(kBegin + 25s), 0s);
  EXPECT_EQ(Schedule(kBegin, 10s, std::nullopt).left(kBegin), std::nullopt);
}

}  // namespace
}  // namespace isletime::driftlog::schedule_test
