// SPDX-License-Identifier: MIT
#include "libsync/policy/rtc_schedule.hpp"

#include <gtest/gtest.h>

namespace isletime::rtc_schedule_test {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{1000s};
constexpr Dispersion kWriteError{2ms};
constexpr RtcHost kAlone{.is_verified = false, .bound = {100ms}, .rate_uncertainty = Ppm::whole(1)};
constexpr RtcHost kVerified{.is_verified = true, .bound = {1ms}, .rate_uncertainty = Ppm::whole(1)};

RtcFinding off_by(nanoseconds offset, Dispersion bound = {2ms}) {
  return {.is_believable = true, .offset = {offset}, .bound = bound};
}

RtcHost alone_within(nanoseconds bound) {
  return {.is_verified = false, .bound = {bound}, .rate_uncertainty = Ppm::whole(1)};
}

class RtcScheduleTest : public testing::Test {
 protected:
  RtcSchedule schedule{kStart, kWriteError};

  // Returns the time from a reading at the start to the next one.
  nanoseconds until_next_read(const RtcHost& host) {
    schedule.on_checked(kStart, false);
    schedule.on_read(kStart, host);
    schedule.on_checked(kStart + 100 * 24h, false);
    const RtcPlan plan = schedule.next(host);
    EXPECT_EQ(plan.task, RtcTask::kRead);
    return plan.at - kStart;
  }
};

TEST_F(RtcScheduleTest, AtBootTheTimeIsReadAtOnceAndTheRegistersCheckedThen) {
  EXPECT_EQ(schedule.next(kAlone).task, RtcTask::kRead);
  EXPECT_LE(schedule.next(kAlone).at, kStart);
  schedule.on_read(kStart + 1s, kAlone);
  EXPECT_EQ(schedule.next(kAlone).task, RtcTask::kCheck);
  EXPECT_LE(schedule.next(kAlone).at, kStart + 1s);
}

// At 1 ppm the clock gains an eighth of 10 ms in 1250 s, at 4 ppm in 312.5 s.
TEST_F(RtcScheduleTest, AloneItReadsWhenTheClockMayHaveDriftedByAnEighthOfItsBound) {
  EXPECT_EQ(until_next_read({.is_verified = false, .bound = {10ms}, .rate_uncertainty = Ppm::whole(4)}),
            312500ms);
}

TEST_F(RtcScheduleTest, AloneTheStepGrowsWithTheBoundUpToWhatKeepsTheClockReliable) {
  const Ppm rate = Ppm::whole(10);
  EXPECT_EQ(until_next_read({.is_verified = false, .bound = {20ms}, .rate_uncertainty = rate}), 250s);
  EXPECT_EQ(until_next_read({.is_verified = false, .bound = {40ms}, .rate_uncertainty = rate}), 500s);
  EXPECT_EQ(until_next_read(alone_within(1s)), 512s);
  EXPECT_EQ(until_next_read(alone_within(nanoseconds::max())), 512s);
}

TEST_F(RtcScheduleTest, AnOscillatorThatIsHardlyKnownIsComparedNoMoreOftenThanEach64Seconds) {
  EXPECT_EQ(until_next_read({.is_verified = false, .bound = {1ms}, .rate_uncertainty = Ppm::whole(500)}),
            64s);
}

TEST_F(RtcScheduleTest, AnOscillatorWithoutErrorIsStillCompared) {
  EXPECT_EQ(until_next_read({.is_verified = false, .bound = {1ms}, .rate_uncertainty = Ppm{0}}), 512s);
  EXPECT_EQ(
      until_next_read({.is_verified = false, .bound = {nanoseconds::max()}, .rate_uncertainty = Ppm{0}}),
      512s);
}

TEST_F(RtcScheduleTest, OnlineItLearnsTheDriftFromSixteenComparisonsThenReadsHourly) {
  MonoTime now = kStart;
  for (int i = 0; i < 15; ++i) {
    schedule.on_read(now, kVerified);
    schedule.on_checked(now, false);
    schedule.on_checked(now + 24h, false);
    ASSERT_EQ(schedule.next(kVerified).at, now + 512s) << i;
    now += 512s;
  }
  schedule.on_read(now, kVerified);
  EXPECT_EQ(schedule.next(kVerified).at, now + 1h);
}

TEST_F(RtcScheduleTest, WhenTheHostIsVerifiedAgainTheChipIsComparedAtOnce) {
  schedule.on_checked(kStart + 24h, false);
  schedule.on_read(kStart, kAlone);
  EXPECT_EQ(schedule.next(kVerified).task, RtcTask::kRead);
  EXPECT_LE(schedule.next(kVerified).at, kStart);
}

TEST_F(RtcScheduleTest, RegistersAreCheckedEveryTenMinutes) {
  schedule.on_read(kStart, kAlone);
  schedule.on_checked(kStart, false);
  schedule.on_read(kStart + 512s, kAlone);
  EXPECT_EQ(schedule.next(alone_within(1s)).task, RtcTask::kCheck);
  EXPECT_EQ(schedule.next(alone_within(1s)).at, kStart + 10min);
}

TEST_F(RtcScheduleTest, AfterARepairTheyAreCheckedSooner) {
  schedule.on_read(kStart, kAlone);
  schedule.on_checked(kStart, true);
  EXPECT_EQ(schedule.next(kAlone).at, kStart + 1min);
}

// A register that does not hold its value is broken, and a write a minute would not help.
TEST_F(RtcScheduleTest, ARepairThatNeverHoldsIsNotPursuedForEver) {
  schedule.on_read(kStart, kAlone);
  schedule.on_read(kStart + 512s, kAlone);
  for (int i = 0; i < 10; ++i) schedule.on_checked(kStart, true);
  EXPECT_EQ(schedule.next(alone_within(1s)).at, kStart + 10min);
  schedule.on_checked(kStart, false);
  schedule.on_checked(kStart, true);
  EXPECT_EQ(schedule.next(alone_within(1s)).at, kStart + 1min);
}

TEST_F(RtcScheduleTest, ABusThatFailsIsLeftAloneEverLonger) {
  schedule.on_failed(kStart);
  EXPECT_EQ(schedule.next(kAlone).at, kStart + 1s);
  schedule.on_failed(kStart + 1s);
  EXPECT_EQ(schedule.next(kAlone).at, kStart + 3s);
  for (int i = 0; i < 100; ++i) schedule.on_failed(kStart + 3s);
  EXPECT_EQ(schedule.next(kAlone).at, kStart + 3s + 1024s);
}

TEST_F(RtcScheduleTest, ABusThatWorksAgainIsForgiven) {
  for (int i = 0; i < 5; ++i) schedule.on_failed(kStart);
  schedule.on_read(kStart + 16s, kAlone);
  EXPECT_EQ(schedule.next(kAlone).task, RtcTask::kCheck);
  EXPECT_LE(schedule.next(kAlone).at, kStart + 16s);
  schedule.on_failed(kStart + 16s);
  EXPECT_EQ(schedule.next(kAlone).at, kStart + 17s);
}

// The schedule tolerates 5 ms, a write is accurate to 2 ms, and so is the measured offset.
TEST_F(RtcScheduleTest, IsWrittenOnlyWhenItIsCertainlyWrongByMoreThanIsTolerated) {
  EXPECT_FALSE(schedule.wants_write(off_by(9ms), kVerified, kStart));
  EXPECT_TRUE(schedule.wants_write(off_by(9ms + 1ns), kVerified, kStart));
  EXPECT_TRUE(schedule.wants_write(off_by(-9ms - 1ns), kVerified, kStart));
}

RtcFinding predicted(nanoseconds offset, nanoseconds predicted) {
  RtcFinding finding = off_by(offset);
  finding.predicted = {{predicted}, {10ms}};
  return finding;
}

// 10 ms of the prediction, 2 ms of the reading and 5 ms that are tolerated.
TEST_F(RtcScheduleTest, OnceItsDriftIsLearnedItIsWrittenOnlyWhenItIsNotWhereItWasPredicted) {
  EXPECT_FALSE(schedule.wants_write(predicted(20s, 20s), kVerified, kStart));
  EXPECT_FALSE(schedule.wants_write(predicted(20s, 20s - 17ms), kVerified, kStart));
  EXPECT_TRUE(schedule.wants_write(predicted(20s, 20s - 17ms - 1ns), kVerified, kStart));
  EXPECT_TRUE(schedule.wants_write(predicted(20s, 0s), kVerified, kStart));
  EXPECT_FALSE(schedule.wants_write(predicted(9ms, 9ms), kVerified, kStart));
}

TEST_F(RtcScheduleTest, HoweverWellPredictedItIsNotLeftAMinuteOff) {
  EXPECT_FALSE(schedule.wants_write(predicted(60s, 60s), kVerified, kStart));
  EXPECT_TRUE(schedule.wants_write(predicted(-60s - 1ns, -60s), kVerified, kStart));
}

TEST_F(RtcScheduleTest, AClockThatIsKnownToASecondDoesNotWearAChipThatMayBeBetter) {
  EXPECT_FALSE(schedule.wants_write(off_by(900ms, {1s}), kVerified, kStart));
  EXPECT_TRUE(schedule.wants_write(off_by(1100ms, {1s}), kVerified, kStart));
}

TEST_F(RtcScheduleTest, IsNotWrittenFromAClockThatNobodyHasVerified) {
  EXPECT_FALSE(schedule.wants_write(off_by(10s), kAlone, kStart));
  EXPECT_FALSE(schedule.wants_write({.is_believable = false, .offset = {}, .bound = {}}, kAlone, kStart));
}

TEST_F(RtcScheduleTest, AChipThatHasLostItsTimeIsWrittenWhateverItReads) {
  EXPECT_TRUE(schedule.wants_write({.is_believable = false, .offset = {}, .bound = {}}, kVerified, kStart));
}

// With a dead battery every reading would cause a write.
TEST_F(RtcScheduleTest, IsNotWrittenMoreOftenThanHourly) {
  schedule.on_written(kStart);
  const RtcFinding lost{.is_believable = false, .offset = {}, .bound = {}};
  EXPECT_FALSE(schedule.wants_write(lost, kVerified, kStart + 1h - 1ns));
  EXPECT_FALSE(schedule.wants_write(off_by(1s), kVerified, kStart + 1h - 1ns));
  EXPECT_TRUE(schedule.wants_write(off_by(1s), kVerified, kStart + 1h));
}

TEST_F(RtcScheduleTest, AWriteThatFailedIsFollowedByAReadingAndTriedAgainInMinutes) {
  schedule.on_read(kStart, kVerified);
  schedule.on_failed(kStart);
  schedule.on_write_failed(kStart);
  EXPECT_EQ(schedule.next(kVerified).task, RtcTask::kRead);
  EXPECT_EQ(schedule.next(kVerified).at, kStart + 1s);
  const RtcFinding lost{.is_believable = false, .offset = {}, .bound = {}};
  EXPECT_FALSE(schedule.wants_write(lost, kVerified, kStart + 5min - 1ns));
  EXPECT_TRUE(schedule.wants_write(lost, kVerified, kStart + 5min));
}

TEST_F(RtcScheduleTest, AClockThatTakesNoWriteIsWrittenEverMoreSeldom) {
  nanoseconds longest{};
  for (MonoTime now = kStart; now < kStart + 30 * 24h;) {
    schedule.on_write_failed(now);
    const MonoTime failed = now;
    while (!schedule.wants_write(off_by(1s), kVerified, now)) now += 5min;
    EXPECT_GE(elapsed(failed, now), longest);
    longest = elapsed(failed, now);
  }
  EXPECT_EQ(longest, 24h);
  schedule.on_written(kStart + 40 * 24h);
  schedule.on_write_failed(kStart + 41 * 24h);
  EXPECT_TRUE(schedule.wants_write(off_by(1s), kVerified, kStart + 41 * 24h + 5min));
}

TEST_F(RtcScheduleTest, AWriteThatTheHostWasTooBusyForIsTriedAgainInSecondsThenEverMoreSeldom) {
  MonoTime now = kStart;
  schedule.on_checked(kStart + 24h, false);
  for (const nanoseconds pause : {8s, 16s, 32s, 64s, 128s, 256s, 512s, 1024s, 1024s}) {
    schedule.on_read(now, kVerified);
    schedule.on_write_missed(now);
    EXPECT_EQ(schedule.next(kVerified).task, RtcTask::kRead);
    EXPECT_EQ(schedule.next(kVerified).at, now + pause);
    now += pause;
    EXPECT_TRUE(schedule.wants_write(off_by(1s), kVerified, now));
  }
}

TEST_F(RtcScheduleTest, IsNotWrittenOverABusThatIsLeftAlone) {
  schedule.on_failed(kStart);
  EXPECT_FALSE(schedule.wants_write(off_by(1s), kVerified, kStart));
  EXPECT_TRUE(schedule.wants_write(off_by(1s), kVerified, kStart + 1s));
}

TEST_F(RtcScheduleTest, AnAbsurdReadingOverflowsNothing) {
  const RtcFinding absurd{
      .is_believable = true, .offset = {nanoseconds::min()}, .bound = {nanoseconds::max()}};
  EXPECT_FALSE(schedule.wants_write(absurd, kVerified, kStart));
}

}  // namespace
}  // namespace isletime::rtc_schedule_test
