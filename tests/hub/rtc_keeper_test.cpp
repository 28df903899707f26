// SPDX-License-Identifier: MIT
#include "libsync/hub/rtc_keeper.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "libsync/drivers/rtc_chips.hpp"

namespace isletime::rtc_keeper_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'790'000'000s};
constexpr WallTime kBuilt{1'780'000'000s};
constexpr ChipOscillator kDs3231 = Ds3231Chip::kOscillator;
constexpr const char* kSource = "rtc:/dev/i2c-1@0x68";

RtcTime verified(nanoseconds true_less_machine = 0s) {
  return {.host = {.is_verified = true, .bound = {1ms}, .rate_uncertainty = Ppm::whole(1)},
          .true_less_machine = {true_less_machine},
          .true_time = kStart + true_less_machine};
}
RtcTime alone() {
  return {.host = {.is_verified = false, .bound = {nanoseconds::max()}, .rate_uncertainty = Ppm::whole(15)},
          .true_less_machine = {},
          .true_time = kStart};
}

RtcOutcome seen(WallTime chip, WallTime machine) {
  return {.kind = RtcJob::Kind::kRead,
          .failure = {},
          .look = RtcLook{.chip = "ds3231",
                          .oscillator = kDs3231,
                          .is_set_by_others = false,
                          .distrust = {},
                          .pair = RtcPair{chip, machine, {2ms}},
                          .temperature = Celsius{20}},
          .health = {}};
}
RtcOutcome distrusted() {
  RtcOutcome outcome = seen(kStart, kStart);
  outcome.look->distrust = "it lost its power";
  outcome.look->pair.reset();
  return outcome;
}
RtcOutcome failed(RtcJob::Kind kind = RtcJob::Kind::kRead) {
  return {.kind = kind, .failure = "no acknowledge", .look = {}, .health = {}};
}
RtcOutcome checked(int repaired) {
  return {.kind = RtcJob::Kind::kCheck,
          .failure = {},
          .look = {},
          .health = {.repaired = repaired, .trouble = {}}};
}

class RtcKeeperTest : public testing::Test {
 protected:
  std::optional<RtcJob> next(const RtcTime& time) { return keeper.next_job(time, {2026, 9, 21}, now); }
  // Gives the keeper the outcome of the job that is due.
  RtcKeeper::News run(const RtcOutcome& outcome, const RtcTime& time) {
    const auto job = next(time);
    EXPECT_TRUE(job);
    EXPECT_EQ(job.value_or(RtcJob{}).kind, outcome.kind);
    return keeper.take(outcome, time, now);
  }
  static bool notes(const RtcKeeper::News& news, Event event) {
    return std::any_of(news.notes.begin(), news.notes.end(),
                       [&](const RtcKeeper::Note& note) { return note.event == event; });
  }

  MonoTime now{1000s};
  RtcKeeper keeper{{.source = kSource, .may_write = true, .earliest = kBuilt}, {}, {}, now};
};

TEST_F(RtcKeeperTest, AtBootItReadsTheChip) {
  const auto job = next(alone());
  ASSERT_TRUE(job);
  EXPECT_EQ(job->kind, RtcJob::Kind::kRead);
}

TEST_F(RtcKeeperTest, OneJobIsDoneAtATime) {
  ASSERT_TRUE(next(alone()));
  EXPECT_FALSE(next(alone()));
  EXPECT_EQ(keeper.next_wakeup(alone().host), now + 30s);  // to report that the bus hangs
}

TEST_F(RtcKeeperTest, AJobThatCannotBeginIsToldOfOnceAndTriedAgainLater) {
  const std::string why = "no thread can be started";
  ASSERT_TRUE(next(alone()));
  EXPECT_TRUE(notes(keeper.on_refused(why, now), Event::kFault));
  EXPECT_EQ(keeper.view(now).trouble, why);
  EXPECT_FALSE(next(alone()));
  const MonoTime first = *keeper.next_wakeup(alone().host);
  now = first;
  ASSERT_TRUE(next(alone()));
  EXPECT_TRUE(keeper.on_refused(why, now).notes.empty());
  EXPECT_GT(elapsed(now, *keeper.next_wakeup(alone().host)), nanoseconds::zero());
}

// The chip reads 5 s more than the machine's clock, which was wrong at boot.
TEST_F(RtcKeeperTest, AloneTheChipTellsTheTime) {
  const auto news = run(seen(kStart + 5s, kStart), alone());
  ASSERT_TRUE(news.chip_time);
  EXPECT_TRUE(news.chip_time->is_heard);
  EXPECT_EQ(news.chip_time->offset.value, 5s);
  EXPECT_EQ(news.chip_time->bound.value, bound_of_uncompared(kDs3231, 0s).value + 2ms);
}

// 1 ppm is 86.4 ms per day.
TEST_F(RtcKeeperTest, UncomparedAChipGrowsAsUncertainAsItsDriverSays) {
  for (const ChipOscillator& oscillator : {Ds1307Chip::kOscillator, Rv3028Chip::kOscillator}) {
    RtcKeeper fresh{{.source = kSource, .may_write = true, .earliest = kBuilt}, {}, {}, now};
    RtcOutcome outcome = seen(kStart, kStart);
    outcome.look->oscillator = oscillator;
    const auto at_first = fresh.take(outcome, alone(), now).chip_time;
    const auto a_day_later = fresh.take(outcome, alone(), now + 24h).chip_time;
    ASSERT_TRUE(at_first && a_day_later);
    EXPECT_EQ(at_first->bound.value, bound_of_uncompared(oscillator, 0s).value + 2ms);
    EXPECT_NEAR(Seconds(a_day_later->bound.value - at_first->bound.value).count(),
                Seconds(drift(24h, oscillator.bound())).count(), 1e-6);
  }
  EXPECT_LT(Rv3028Chip::kOscillator.bound(), Ds1307Chip::kOscillator.bound());
}

TEST_F(RtcKeeperTest, AChipThatLostItsTimeClaimsNothing) {
  const auto news = run(distrusted(), alone());
  EXPECT_FALSE(news.chip_time);
  EXPECT_TRUE(notes(news, Event::kFault));
  EXPECT_EQ(keeper.view(now).trouble, "it lost its power");
}

TEST_F(RtcKeeperTest, WhileOthersTellTheTimeItIsComparedAndNotHeard) {
  const auto news = run(seen(kStart, kStart + 1ms), verified());
  ASSERT_TRUE(news.chip_time);
  EXPECT_FALSE(news.chip_time->is_heard);
  EXPECT_TRUE(keeper.saved());
}

TEST_F(RtcKeeperTest, WhatWasSavedTellsHowFarOffItIsWhenPowerReturns) {
  run(seen(kStart, kStart + 4ms), verified());
  RtcKeeper after{{.source = kSource, .may_write = true, .earliest = kBuilt}, keeper.saved(), {}, now};
  ASSERT_TRUE(after.next_job(alone(), {2026, 9, 21}, now));
  const auto news = after.take(seen(kStart + 1h, kStart), alone(), now);
  ASSERT_TRUE(news.chip_time);
  EXPECT_EQ(news.chip_time->offset.value, 1h + 4ms);
  EXPECT_LT(news.chip_time->bound.value, 100ms);
}

TEST_F(RtcKeeperTest, WhatWasSavedOfAnotherChipTellsNothing) {
  run(seen(kStart, kStart + 4ms), verified());
  auto saved = keeper.saved();
  ASSERT_TRUE(saved);
  saved->chip = "pcf8523";
  RtcKeeper after{{.source = kSource, .may_write = true, .earliest = kBuilt}, saved, {}, now};
  ASSERT_TRUE(after.next_job(alone(), {2026, 9, 21}, now));
  EXPECT_GT(after.take(seen(kStart + 1h, kStart), alone(), now).chip_time->bound,
            bound_of_uncompared(kDs3231, 0s));
}

// 20 ppm are 631 s in a year, and 42 ppm more in the cold.
TEST_F(RtcKeeperTest, ACrystalThatAPersonSetAYearAgoIsWithinItsBound) {
  RtcOutcome outcome = seen(kStart, kStart);
  outcome.look->oscillator = Ds1307Chip::kOscillator;
  const auto news = run(outcome, alone());
  ASSERT_TRUE(news.chip_time);
  EXPECT_GT(news.chip_time->bound.value, 60s + nanoseconds{24h} * 365 * 62 / 1'000'000);
}

// A chip that was compared just now, and read after months without power.
TEST_F(RtcKeeperTest, KnowingMoreNeverClaimsMoreErrorThanKnowingLess) {
  for (const ChipOscillator& oscillator :
       {kDs3231, Ds1307Chip::kOscillator, Rv3028Chip::kOscillator, kUnknownOscillator}) {
    for (const nanoseconds age :
         {nanoseconds{1h}, nanoseconds{24h}, nanoseconds{30 * 24h}, nanoseconds{365 * 24h}}) {
      const auto bound_after = [&](bool is_compared, nanoseconds learned) {
        RtcKeeper before{{.source = kSource, .may_write = false, .earliest = kBuilt}, {}, {}, now};
        RtcOutcome outcome = seen(kStart, kStart);
        outcome.look->oscillator = oscillator;
        if (!oscillator.has_thermometer) outcome.look->temperature.reset();
        for (nanoseconds at{}; is_compared && at <= learned; at += 1h) {
          outcome.look->pair = RtcPair{kStart + at, kStart + at, {2ms}};
          before.take(outcome, verified(), now + at);
        }
        RtcKeeper after{{.source = kSource, .may_write = false, .earliest = kBuilt}, before.saved(), {}, now};
        outcome.look->pair = RtcPair{kStart + learned + age, kStart, {2ms}};
        return after.take(outcome, alone(), now).chip_time->bound;
      };
      EXPECT_LE(bound_after(true, 0s), bound_after(false, 0s));
      EXPECT_LE(bound_after(true, 72h), bound_after(true, 0s));
    }
  }
}

TEST_F(RtcKeeperTest, AnotherChipOfTheSameModelIsNotTakenForTheOneThatWasSaved) {
  RtcOutcome outcome = seen(kStart, kStart + 4ms);
  outcome.look->mark = "0123";
  run(outcome, verified());
  const auto chip_time_of = [&](const std::string& mark) {
    RtcKeeper after{{.source = kSource, .may_write = true, .earliest = kBuilt}, keeper.saved(), {}, now};
    outcome = seen(kStart + 1h, kStart);
    outcome.look->mark = mark;
    return *after.take(outcome, alone(), now).chip_time;
  };
  EXPECT_LT(chip_time_of("0123").bound.value, 100ms);
  EXPECT_GE(chip_time_of("4567").bound, bound_of_uncompared(kDs3231, 0s));
}

TEST_F(RtcKeeperTest, AChipWhoseTrimIsNotWhatWasSavedMayBeAnother) {
  RtcOutcome outcome = seen(kStart, kStart + 4ms);
  outcome.look->trim = 0.0;
  run(outcome, verified());
  outcome = seen(kStart + 1h, kStart);
  outcome.look->trim = 1.2e-6;
  RtcKeeper after{{.source = kSource, .may_write = true, .earliest = kBuilt}, keeper.saved(), {}, now};
  const auto news = after.take(outcome, alone(), now);
  EXPECT_GE(news.chip_time->bound, bound_of_uncompared(kDs3231, 0s));
  EXPECT_TRUE(notes(news, Event::kFault));
}

// It is trimmed by 10 ppm at some time within ten hours, so 0.36 s are possible, and 0.
TEST_F(RtcKeeperTest, ATrimBetweenTwoReadingsIsInTheBound) {
  RtcOutcome outcome = seen(kStart, kStart);
  outcome.look->trim = 0.0;
  for (nanoseconds at{}; at <= 72h; at += 1h) {
    outcome.look->pair = RtcPair{kStart + at, kStart + at, {2ms}};
    keeper.take(outcome, verified(), now + at);
  }
  outcome.look->trim = 10e-6;
  for (const nanoseconds gained : {0ms, 360ms}) {
    RtcKeeper trimmed = keeper;
    outcome.look->pair = RtcPair{kStart + 82h + gained, kStart + 82h, {2ms}};
    const auto chip_time = trimmed.take(outcome, alone(), now + 82h).chip_time;
    ASSERT_TRUE(chip_time);
    EXPECT_LE(magnitude(chip_time->offset.value), chip_time->bound.value) << gained.count();
    EXPECT_LT(chip_time->bound.value, 1s);
    outcome.look->pair = RtcPair{kStart + 106h + gained + 864ms, kStart + 106h, {2ms}};
    const auto later = trimmed.take(outcome, alone(), now + 106h).chip_time;
    EXPECT_LE(magnitude(later->offset.value), later->bound.value) << "it gains 0.864 s a day now";
  }
}

// A lead is of a chip and its driver.
TEST_F(RtcKeeperTest, TheLeadOfAChipIsForgottenWithIt) {
  run(seen(kStart, kStart + 1s), verified());
  next(verified());
  RtcOutcome written = seen(kStart + 4s, kStart + 4s);
  written.kind = RtcJob::Kind::kWrite;
  written.lead = -507ms;
  keeper.take(written, verified(), now);
  ASSERT_EQ(keeper.saved()->lead, -507ms);
  RtcOutcome other = seen(kStart + 5s, kStart + 5s);
  other.look->chip = "pcf8523";
  keeper.take(other, verified(), now);
  EXPECT_FALSE(keeper.saved()->lead);
}

// A day between two comparisons shows little of how the chip drifts.
TEST_F(RtcKeeperTest, ComparisonsThatAreFarApartDoNotCountAsObserved) {
  run(seen(kStart, kStart), verified());
  keeper.take(seen(kStart + 24h, kStart + 24h), verified(), now + 24h);
  EXPECT_EQ(keeper.saved()->observed, 0s);
  keeper.take(seen(kStart + 25h, kStart + 25h), verified(), now + 25h);
  EXPECT_EQ(keeper.saved()->observed, 1h);
}

TEST_F(RtcKeeperTest, AChipThatIsWrongIsWrittenAtOnceAndComparedAgain) {
  run(seen(kStart, kStart + 1s), verified(500ms));
  const auto write = next(verified(500ms));
  ASSERT_TRUE(write);
  EXPECT_EQ(write->kind, RtcJob::Kind::kWrite);
  EXPECT_EQ(write->true_time, kStart + 500ms);
  RtcOutcome written = seen(kStart + 3s + 501ms, kStart + 3s);
  written.kind = RtcJob::Kind::kWrite;
  const auto news = keeper.take(written, verified(500ms), now);
  EXPECT_TRUE(notes(news, Event::kRtcSet));
  EXPECT_EQ(keeper.view(now).writes, 1U);
  EXPECT_TRUE(keeper.view(now).trouble.empty());
}

TEST_F(RtcKeeperTest, AChipThatKeepsGoodTimeIsNotWritten) {
  run(seen(kStart, kStart + 4ms), verified());
  const auto job = next(verified());
  ASSERT_TRUE(job);
  EXPECT_EQ(job->kind, RtcJob::Kind::kCheck);
}

TEST_F(RtcKeeperTest, AChipThatLostItsTimeIsWrittenOnceSomebodyKnowsIt) {
  run(distrusted(), alone());
  EXPECT_EQ(next(alone())->kind, RtcJob::Kind::kCheck);
  keeper.take(checked(0), alone(), now);
  run(distrusted(), verified());
  EXPECT_EQ(next(verified())->kind, RtcJob::Kind::kWrite);
}

TEST_F(RtcKeeperTest, AClockThatMayNotBeSetIsNotWritten) {
  keeper = RtcKeeper{{.source = kSource, .may_write = false, .earliest = kBuilt}, {}, {}, now};
  run(seen(kStart, kStart + 10s), verified());
  EXPECT_EQ(next(verified())->kind, RtcJob::Kind::kCheck);
}

TEST_F(RtcKeeperTest, AWriteThatTheChipDidNotTakeIsAFault) {
  run(seen(kStart, kStart + 1s), verified());
  next(verified());
  RtcOutcome written = seen(kStart + 3s, kStart + 4s);
  written.kind = RtcJob::Kind::kWrite;
  const auto news = keeper.take(written, verified(), now);
  EXPECT_TRUE(notes(news, Event::kFault));
  EXPECT_EQ(keeper.view(now).writes, 0U);
}

TEST_F(RtcKeeperTest, AWriteThatTheMachineWasTooBusyForIsTriedAgainInSeconds) {
  run(seen(kStart, kStart + 1s), verified());
  next(verified());
  RtcOutcome missed = failed(RtcJob::Kind::kWrite);
  missed.is_missed = true;
  keeper.take(missed, verified(), now);
  EXPECT_FALSE(next(verified()));
  now += RtcSchedule::kAfterMissedWrite;
  run(seen(kStart + 9s, kStart + 10s), verified());
  EXPECT_EQ(next(verified())->kind, RtcJob::Kind::kWrite);
}

TEST_F(RtcKeeperTest, AChipThatHasLostItsTimeMayBeWrittenLaterThanOneThatIsAboutRight) {
  run(seen(kStart, kStart + 10ms), verified());
  EXPECT_EQ(next(verified())->latest, 1ms);
  keeper.take(failed(RtcJob::Kind::kWrite), verified(), now);
  now += RtcSchedule::kAfterFailedWrite;
  run(distrusted(), verified());
  EXPECT_EQ(next(verified())->latest, 15ms);
}

TEST_F(RtcKeeperTest, WhileItIsWrittenAndIfThatFailsWhatItHoldsIsUnknown) {
  run(seen(kStart, kStart + 1s), verified());
  ASSERT_TRUE(next(verified()));
  EXPECT_FALSE(keeper.saved()->drift.is_phase_known);
  keeper.take(failed(RtcJob::Kind::kWrite), verified(), now);
  EXPECT_FALSE(keeper.saved()->drift.is_phase_known);
}

TEST_F(RtcKeeperTest, ABusThatFailsIsToldOfOnceAndCounted) {
  EXPECT_TRUE(notes(run(failed(), alone()), Event::kFault));
  EXPECT_FALSE(next(alone()));
  now += 1s;
  EXPECT_FALSE(notes(run(failed(), alone()), Event::kFault));
  EXPECT_EQ(keeper.view(now).failures, 2U);
  EXPECT_EQ(keeper.view(now).trouble, "no acknowledge");
  now += 2s;
  run(seen(kStart, kStart), alone());
  EXPECT_TRUE(keeper.view(now).trouble.empty());
}

TEST_F(RtcKeeperTest, RepairsAreCounted) {
  run(seen(kStart, kStart), alone());
  EXPECT_TRUE(notes(run(checked(2), alone()), Event::kFault));
  EXPECT_EQ(keeper.view(now).repairs, 2U);
}

TEST_F(RtcKeeperTest, AJobThatNeverEndsIsShown) {
  ASSERT_TRUE(next(alone()));
  EXPECT_TRUE(keeper.view(now + 10s).trouble.empty());
  EXPECT_FALSE(keeper.overdue(now + 10s));
  const auto wakeup = keeper.next_wakeup(alone().host);
  ASSERT_TRUE(wakeup);
  EXPECT_EQ(keeper.view(*wakeup).trouble.rfind("its bus hangs", 0), 0U);
  EXPECT_TRUE(keeper.overdue(*wakeup));
  EXPECT_FALSE(keeper.overdue(*wakeup + 1h));
  EXPECT_FALSE(keeper.next_wakeup(alone().host));
}

// The kernel sets the chip every 11 minutes, so the chip seems not to drift at all.
TEST_F(RtcKeeperTest, HowAChipDriftsThatTheKernelSetsIsNotLearned) {
  const auto uncertainty = [this] { return std::sqrt(keeper.saved()->drift.covariance[1][1]); };
  RtcOutcome outcome = seen(kStart, kStart);
  outcome.look->is_set_by_others = true;
  run(outcome, verified());
  const double before = uncertainty();
  run(checked(0), verified());
  for (int i = 0; i < 10; ++i) {
    now += 512s;
    outcome.look->pair = RtcPair{kStart + i * 512s, kStart + i * 512s, {2ms}};
    keeper.next_job(verified(), {2026, 9, 21}, now);
    keeper.take(outcome, verified(), now);
  }
  EXPECT_DOUBLE_EQ(uncertainty(), before);
}

}  // namespace
}  // namespace isletime::rtc_keeper_test
