// SPDX-License-Identifier: MIT
#include "libsync/policy/aligned_stamps.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "libsync/core/civil_time.hpp"

namespace isletime::aligned_stamps_test {
namespace {

using namespace std::chrono_literals;

WallTime at(std::uint8_t hour, std::uint8_t minute, std::uint8_t second = 0, nanoseconds more = {}) {
  return *to_wall_time(CivilTime{.date = {2026, 11, 23}, .hour = hour, .minute = minute, .second = second}) +
         more;
}

class AlignedStampsOf900s : public testing::Test {
 protected:
  // The clock runs from one time to another, looked at every 200 ms; returns the stamps.
  std::vector<AlignedStamps::Stamp> run(WallTime from, WallTime to) {
    std::vector<AlignedStamps::Stamp> made;
    for (WallTime now = from; now < to; now += 200ms) {
      if (const auto stamp = stamps_.poll(now)) made.push_back(*stamp);
    }
    return made;
  }
  AlignedStamps stamps_{900s};
};

TEST_F(AlignedStampsOf900s, AreAtTheQuartersOfTheHour) {
  const auto made = run(at(11, 50, 0, 70ms), at(12, 40));
  ASSERT_EQ(made.size(), 3U);
  EXPECT_EQ(made[0].at, at(12, 0));
  EXPECT_EQ(made[1].at, at(12, 15));
  EXPECT_EQ(made[2].at, at(12, 30));
  EXPECT_EQ(made[2].missed, 0U);
  EXPECT_FALSE(made[2].is_after_restart);
}

TEST_F(AlignedStampsOf900s, AreNotMadeWithoutATime) {
  EXPECT_FALSE(stamps_.poll({}));
  EXPECT_EQ(stamps_.until_next({}), 1h);
}

TEST_F(AlignedStampsOf900s, BeginAfterTheClockHasATime) {
  EXPECT_TRUE(run(at(12, 15, 0, 500ms), at(12, 29)).empty());
  EXPECT_EQ(run(at(12, 29), at(12, 31)).size(), 1U);
}

TEST_F(AlignedStampsOf900s, OverWhichTheClockIsSetAreMissedAndCounted) {
  run(at(12, 0), at(12, 14));
  EXPECT_TRUE(run(at(12, 50), at(12, 59, 59)).empty());
  const auto made = run(at(12, 59, 59), at(13, 1));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].at, at(13, 0));
  EXPECT_EQ(made[0].missed, 3U);  // 12:15, 12:30, 12:45
  EXPECT_EQ(run(at(13, 1), at(13, 16))[0].missed, 0U);
}

TEST_F(AlignedStampsOf900s, AreMadeIfTheClockIsSetToShortlyAfterOne) {
  run(at(12, 0), at(12, 14));
  const auto made = run(at(12, 30, 0, 900ms), at(12, 31));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].at, at(12, 30));
  EXPECT_EQ(made[0].missed, 1U);
}

TEST_F(AlignedStampsOf900s, AreMadeOnceIfTheClockIsSetBackOverOne) {
  EXPECT_EQ(run(at(12, 14), at(12, 15, 3)).size(), 1U);
  EXPECT_TRUE(run(at(12, 14, 58), at(12, 29)).empty());
  EXPECT_EQ(run(at(12, 29), at(12, 31)).size(), 1U);
}

TEST_F(AlignedStampsOf900s, AreNotRepeatedAfterTwoHoursThatWereALie) {
  EXPECT_EQ(run(at(14, 14), at(14, 16)).size(), 1U);
  EXPECT_TRUE(run(at(12, 16), at(14, 16)).empty());
  const auto made = run(at(14, 16), at(14, 31));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].at, at(14, 30));
  EXPECT_EQ(made[0].missed, 0U);
}

TEST_F(AlignedStampsOf900s, BeginAnewIfTheClockWasWrongByYears) {
  run(at(12, 14) + 24h * 365 * 20, at(12, 31) + 24h * 365 * 20);
  const auto made = run(at(12, 14), at(12, 16));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].at, at(12, 15));
  EXPECT_TRUE(made[0].is_after_restart);
  EXPECT_FALSE(run(at(12, 16), at(12, 31))[0].is_after_restart);
}

TEST_F(AlignedStampsOf900s, AreMissedByADeviceThatStoodStillAtOne) {
  run(at(12, 0), at(12, 14));
  EXPECT_FALSE(stamps_.poll(at(12, 15, 1, 1ns)));
  EXPECT_EQ(run(at(12, 15, 2), at(12, 31))[0].missed, 1U);
}

TEST_F(AlignedStampsOf900s, TellHowLongNothingIsDue) {
  EXPECT_EQ(stamps_.until_next(at(12, 14, 59)), 1s);
  EXPECT_EQ(stamps_.until_next(at(12, 15)), 15min);
  run(at(12, 14, 59), at(12, 15, 1));
  // The clock was set back: the instant at 12:15 was stamped.
  EXPECT_EQ(stamps_.until_next(at(12, 14, 59)), 15min + 1s);
}

TEST_F(AlignedStampsOf900s, KeepTheirPaceAtTheEndOfNtpsFirstEra) {
  const WallTime era = *to_wall_time(CivilTime{.date = {2036, 2, 7}, .hour = 6, .minute = 28, .second = 16});
  EXPECT_EQ(run(era - 30min, era + 30min).size(), 4U);
}

TEST(AlignedStamps, BeginAtMidnightOfEachDayIfTheDayIsNoMultiple) {
  AlignedStamps stamps{seconds{50'000}};
  EXPECT_EQ(stamps.until_next(at(23, 0)), 1h);
  stamps.poll(at(0, 0, 1));
  EXPECT_EQ(stamps.poll(at(13, 53, 20))->at, at(13, 53, 20));
  EXPECT_EQ(stamps.poll(at(0, 0) + 24h)->at, at(0, 0) + 24h);
}

TEST(AlignedStamps, AreNotMadeIfTheIntervalIsZeroOrAbsurd) {
  for (const seconds interval : {0s, -900s, 86'401s}) {
    AlignedStamps stamps{interval};
    stamps.poll(at(12, 14));
    EXPECT_FALSE(stamps.poll(at(12, 15)));
    EXPECT_EQ(stamps.until_next(at(12, 15)), 1h);
  }
}

TEST(AlignedStamps, AreRightBefore1970) {
  AlignedStamps stamps{900s};
  stamps.poll(WallTime{-901s});
  EXPECT_EQ(stamps.poll(WallTime{-899s - 500ms})->at, WallTime{-900s});
}

TEST(AlignedStamps, AreMadeOnceInEveryMinuteOfADay) {
  AlignedStamps stamps{60s};
  WallTime expected = at(0, 1);
  for (WallTime now = at(0, 0, 30); now < at(0, 0, 30) + 24h; now += 770ms) {
    const auto stamp = stamps.poll(now);
    if (!stamp) continue;
    EXPECT_EQ(stamp->at, expected);
    EXPECT_EQ(stamp->missed, 0U);
    expected += 1min;
  }
  EXPECT_EQ(expected, at(0, 1) + 24h);
}

}  // namespace
}  // namespace isletime::aligned_stamps_test
