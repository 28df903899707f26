// SPDX-License-Identifier: MIT
#include "libsync/policy/timekeeper.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "libsync/policy/source_kind_texts.hpp"

namespace isletime::timekeeper_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBuildDate{1'770'000'000s};
constexpr WallTime kToday = kBuildDate + 1h;
constexpr MonoTime kBoot{100s};

constexpr TimekeeperConfig config() {
  TimekeeperConfig c;
  c.earliest = kBuildDate;
  return c;
}

constexpr Report report(SourceKind kind, nanoseconds offset, nanoseconds bound = 20ms) {
  return {kind, {offset}, {bound}, true, kToday};
}

Timekeeper set_by(SourceKind kind, Dispersion bound = {20ms}) {
  Timekeeper keeper{config()};
  keeper.on_sync(kind, bound, kBoot);
  return keeper;
}

constexpr std::array kAllKinds{SourceKind::kNtp,    SourceKind::kFedNtp, SourceKind::kPhoneOnAccessPoint,
                               SourceKind::kManual, SourceKind::kPhone,  SourceKind::kOcpp,
                               SourceKind::kRtc,    SourceKind::kIsland, SourceKind::kCamera,
                               SourceKind::kFreeRun};
static_assert(kAllKinds.size() == kSourceKinds);

TEST(Timekeeper, AnUnsetClockIsNeitherReliableNorBounded) {
  const auto standing = Timekeeper{config()}.standing(kBoot);
  EXPECT_FALSE(standing.ever_set);
  EXPECT_FALSE(standing.reliable);
  EXPECT_EQ(standing.kind, SourceKind::kFreeRun);
  EXPECT_FALSE(standing.age.has_value());
  EXPECT_EQ(standing.bound.value, nanoseconds::max());
}

TEST(Timekeeper, AnUnsetClockGoesNeitherToTheRtcNorToTheCamera) {
  EXPECT_FALSE(Timekeeper{config()}.may_write_rtc(kBoot));
  EXPECT_FALSE(Timekeeper{config()}.may_set_camera(kBoot));
}

TEST(Timekeeper, AnUnsetClockIsSetByAnySourceHoweverFarOff) {
  for (const SourceKind kind : kAllKinds) {
    if (kind == SourceKind::kFreeRun) continue;
    const auto judgement = Timekeeper{config()}.judge(report(kind, 490'000h), kBoot);
    EXPECT_EQ(judgement.verdict, Verdict::kAdopt) << name_of(kind);
    EXPECT_EQ(judgement.bound.value, 20ms);
    EXPECT_FALSE(judgement.warn);
  }
}

TEST(Timekeeper, AnUnsetClockIsSetAlsoWhenItIsRightByChance) {
  EXPECT_EQ(Timekeeper{config()}.judge(report(SourceKind::kPhone, 0ns), kBoot).verdict, Verdict::kAdopt);
}

TEST(Timekeeper, JudgingDoesNotSetTheClock) {
  Timekeeper keeper{config()};
  keeper.judge(report(SourceKind::kNtp, 0ns), kBoot);
  EXPECT_FALSE(keeper.standing(kBoot).ever_set);
}

TEST(Timekeeper, FreeRunSetsNothing) {
  Timekeeper keeper{config()};
  EXPECT_EQ(keeper.judge(report(SourceKind::kFreeRun, 0ns), kBoot).verdict, Verdict::kUnreliable);
  keeper.on_sync(SourceKind::kFreeRun, {0ns}, kBoot);
  EXPECT_FALSE(keeper.standing(kBoot).ever_set);
}

TEST(Timekeeper, WhatSomebodyElseSetsTheClockByIsPartOfItsBound) {
  Timekeeper keeper = set_by(SourceKind::kPhone, {20ms});
  keeper.on_clock_moved({-3s});
  EXPECT_EQ(keeper.standing(kBoot).bound.value, 3s + 20ms);
  EXPECT_TRUE(keeper.standing(kBoot).ever_set);
}

TEST(Timekeeper, AClockThatSomebodyElseSetsFarAwayIsUnset) {
  Timekeeper keeper = set_by(SourceKind::kNtp);
  keeper.on_clock_moved({1000s + 1ns});
  EXPECT_FALSE(keeper.standing(kBoot).ever_set);
  EXPECT_FALSE(keeper.standing(kBoot).reliable);
}

// Ranks.

TEST(Timekeeper, WithinItsWindowASourceIsOverruledByBetterRanksOnly) {
  for (std::size_t held = 0; held < 6; ++held) {
    for (std::size_t other = 0; other < 6; ++other) {
      const auto verdict =
          set_by(kAllKinds[held]).judge(report(kAllKinds[other], 10s, 1ms), kBoot + 1s).verdict;
      EXPECT_EQ(verdict, other > held ? Verdict::kOutranked : Verdict::kAdopt) << held << ' ' << other;
    }
  }
}

TEST(Timekeeper, AWorseSourceTakesOverWhenTheWindowOfABetterOneHasEnded) {
  const Timekeeper keeper = set_by(SourceKind::kPhoneOnAccessPoint);
  const Report rtc = report(SourceKind::kRtc, 10s);
  EXPECT_EQ(keeper.judge(rtc, kBoot + 30min - 1ns).verdict, Verdict::kOutranked);
  EXPECT_EQ(keeper.judge(rtc, kBoot + 30min).verdict, Verdict::kAdopt);
}

TEST(Timekeeper, OfEqualRanksTheMoreCertainWins) {
  const Timekeeper keeper = set_by(SourceKind::kPhoneOnAccessPoint, {20ms});
  const auto verdict = [&](nanoseconds bound, MonoTime now) {
    return keeper.judge(report(SourceKind::kPhoneOnAccessPoint, 5s, bound), now).verdict;
  };
  EXPECT_EQ(verdict(19ms, kBoot + 1min), Verdict::kAdopt);
  EXPECT_EQ(verdict(200ms, kBoot + 1min), Verdict::kTooUncertain);
  EXPECT_EQ(verdict(200ms, kBoot + 30min), Verdict::kAdopt);
}

TEST(Timekeeper, ALaterWordOfAPersonCountsAlsoIfItIsVaguer) {
  const Timekeeper keeper = set_by(SourceKind::kManual, {20ms});
  EXPECT_EQ(keeper.judge(report(SourceKind::kManual, 5s, 200ms), kBoot + 1min).verdict, Verdict::kAdopt);
  EXPECT_EQ(keeper.judge(report(SourceKind::kManual, 100ms, 200ms), kBoot + 1min).verdict, Verdict::kAgree)
      << "it contradicts nothing";
}

TEST(Timekeeper, ABetterRankIsFollowedAlsoWhenItIsVaguer) {
  const Timekeeper keeper = set_by(SourceKind::kRtc, {1ms});
  EXPECT_EQ(keeper.judge(report(SourceKind::kNtp, 10ms, 30ms), kBoot + 1s).verdict, Verdict::kAdopt);
}

TEST(Timekeeper, AVaguerSourceThatAgreesLeavesTheClockButRenewsItsWindow) {
  Timekeeper keeper = set_by(SourceKind::kNtp, {1ms});
  const MonoTime later = kBoot + 3h;
  EXPECT_FALSE(keeper.standing(later).reliable);
  const auto judgement = keeper.judge(report(SourceKind::kManual, 700ms, 1s), later);
  EXPECT_EQ(judgement.verdict, Verdict::kAgree);
  EXPECT_EQ(judgement.bound, keeper.standing(later).bound);
  keeper.on_sync(SourceKind::kManual, judgement.bound, later);
  EXPECT_TRUE(keeper.standing(later).reliable);
}

// Row C: the clocks of a charger.

TEST(Timekeeper, AnRtcThatLostPowerIsNeverBelieved) {
  Report rtc = report(SourceKind::kRtc, 0ns);
  rtc.reliable = false;
  EXPECT_EQ(Timekeeper{config()}.judge(rtc, kBoot).verdict, Verdict::kUnreliable);
}

TEST(Timekeeper, AtBootAnIntactRtcMakesTheClockReliable) {
  EXPECT_TRUE(set_by(SourceKind::kRtc).standing(kBoot).reliable);
}

TEST(Timekeeper, ReadingTheRtcInALoopKeepsTheClockReliable) {
  Timekeeper keeper = set_by(SourceKind::kRtc);
  for (MonoTime now = kBoot; now < kBoot + 10h; now += 10min) {
    const auto judgement = keeper.judge(report(SourceKind::kRtc, 2ms), now);
    EXPECT_TRUE(judgement.verdict == Verdict::kAgree || judgement.verdict == Verdict::kAdopt);
    keeper.on_sync(SourceKind::kRtc, judgement.bound, now);
    EXPECT_TRUE(keeper.standing(now).reliable);
  }
}

TEST(Timekeeper, EverySyncButTheRtcsOwnIsPassedOnToTheRtc) {
  for (const SourceKind kind : kAllKinds) {
    const bool expected = kind != SourceKind::kRtc && kind != SourceKind::kIsland &&
                          kind != SourceKind::kCamera && kind != SourceKind::kFreeRun;
    EXPECT_EQ(set_by(kind).may_write_rtc(kBoot), expected) << name_of(kind);
  }
}

TEST(Timekeeper, TellsWhenAClockThatNobodyConfirmsIsReliableNoMore) {
  EXPECT_EQ(Timekeeper{config()}.reliable_for(kBoot), 0s);
  EXPECT_EQ(set_by(SourceKind::kCamera).reliable_for(kBoot), 0s);
  const Timekeeper keeper = set_by(SourceKind::kPhone);
  const nanoseconds left = keeper.reliable_for(kBoot + 1min);
  EXPECT_EQ(left, kDefaultWindow - 1min);
  EXPECT_TRUE(keeper.standing(kBoot + 1min + left - 1ns).reliable);
  EXPECT_FALSE(keeper.standing(kBoot + 1min + left).reliable);
  EXPECT_EQ(keeper.reliable_for(kBoot + 1h), 0s);
}

TEST(Timekeeper, AClockWhoseWindowHasEndedIsNotWrittenToTheRtc) {
  const Timekeeper keeper = set_by(SourceKind::kPhone);
  EXPECT_TRUE(keeper.may_write_rtc(kBoot + 30min - 1ns));
  EXPECT_FALSE(keeper.may_write_rtc(kBoot + 30min));
}

TEST(Timekeeper, OcppIsIgnoredUpTo5SecondsAndWarnedAboutAboveAnHour) {
  const Timekeeper keeper = set_by(SourceKind::kRtc);
  const auto judge = [&](nanoseconds offset) {
    return keeper.judge(report(SourceKind::kOcpp, offset), kBoot);
  };
  EXPECT_EQ(judge(-5s).verdict, Verdict::kAgree);
  EXPECT_EQ(judge(5s + 1ns).verdict, Verdict::kAdopt);
  EXPECT_EQ(judge(-5s - 1ns).verdict, Verdict::kAdopt);
  EXPECT_FALSE(judge(3600s).warn);
  EXPECT_TRUE(judge(3600s + 1ns).warn);
  EXPECT_TRUE(judge(-3600s - 1ns).warn);
}

// Differences up to 5 s are ignored, but the clock is not known to 20 ms then.
TEST(Timekeeper, AnIgnoredDifferenceCountsInTheBound) {
  EXPECT_EQ(set_by(SourceKind::kRtc).judge(report(SourceKind::kOcpp, -4s), kBoot).bound.value, 4020ms);
}

// Row D: a camera controller.

TEST(Timekeeper, APhoneChangesTheClockIfItIsOffByMoreThanASecond) {
  const Timekeeper keeper = set_by(SourceKind::kRtc);
  const auto verdict = [&](nanoseconds offset) {
    return keeper.judge(report(SourceKind::kPhoneOnAccessPoint, offset), kBoot).verdict;
  };
  EXPECT_EQ(verdict(1s), Verdict::kAgree);
  EXPECT_EQ(verdict(-1s), Verdict::kAgree);
  EXPECT_EQ(verdict(1s + 1ns), Verdict::kAdopt);
  EXPECT_EQ(verdict(-1s - 1ns), Verdict::kAdopt);
}

TEST(Timekeeper, APhoneMakesTheClockReliableFor30Minutes) {
  const Timekeeper keeper = set_by(SourceKind::kPhoneOnAccessPoint);
  EXPECT_TRUE(keeper.standing(kBoot + 30min - 1ns).reliable);
  EXPECT_FALSE(keeper.standing(kBoot + 30min).reliable);
  EXPECT_TRUE(keeper.standing(kBoot + 30min).ever_set);
  EXPECT_EQ(keeper.standing(kBoot + 30min).kind, SourceKind::kPhoneOnAccessPoint);
}

TEST(Timekeeper, APhoneThatAgreesMakesTheClockReliableAgain) {
  Timekeeper keeper = set_by(SourceKind::kPhoneOnAccessPoint);
  const MonoTime hourly_check = kBoot + 1h;
  const auto judgement = keeper.judge(report(SourceKind::kPhoneOnAccessPoint, 30ms), hourly_check);
  EXPECT_EQ(judgement.verdict, Verdict::kAgree);
  keeper.on_sync(SourceKind::kPhoneOnAccessPoint, judgement.bound, hourly_check);
  EXPECT_TRUE(keeper.standing(hourly_check + 29min).reliable);
}

TEST(Timekeeper, APhoneElsewhereDoesNotOverruleTheAccessPoints) {
  const Timekeeper keeper = set_by(SourceKind::kPhoneOnAccessPoint);
  EXPECT_EQ(keeper.judge(report(SourceKind::kPhone, 5s, 1ms), kBoot + 1s).verdict, Verdict::kOutranked);
}

TEST(Timekeeper, ByHandAClientElsewhereOverrulesTheRtc) {
  const Timekeeper keeper = set_by(SourceKind::kRtc);
  EXPECT_EQ(keeper.judge(report(SourceKind::kManual, 1h, 1s), kBoot + 1s).verdict, Verdict::kAdopt);
}

TEST(Timekeeper, WithoutAClientTheCameraSetsTheClockWhichStaysUnreliable) {
  Timekeeper keeper{config()};
  const auto judgement = keeper.judge(report(SourceKind::kCamera, 2h, 1s), kBoot);
  EXPECT_EQ(judgement.verdict, Verdict::kAdopt);
  keeper.on_sync(SourceKind::kCamera, judgement.bound, kBoot);
  EXPECT_TRUE(keeper.standing(kBoot).ever_set);
  EXPECT_FALSE(keeper.standing(kBoot).reliable);
  EXPECT_FALSE(keeper.may_write_rtc(kBoot));
  EXPECT_FALSE(keeper.may_set_camera(kBoot));
}

TEST(Timekeeper, TheCameraDoesNotSetTheClockOnceAClientWasSeen) {
  Timekeeper keeper{config()};
  keeper.on_client_seen();
  EXPECT_EQ(keeper.judge(report(SourceKind::kCamera, 2h, 1s), kBoot).verdict, Verdict::kUnreliable);
}

TEST(Timekeeper, AClientWhoseTimeWasTakenWasSeen) {
  for (const SourceKind kind : {SourceKind::kPhone, SourceKind::kPhoneOnAccessPoint}) {
    EXPECT_EQ(set_by(kind).judge(report(SourceKind::kCamera, 2h, 1s), kBoot + 24h).verdict,
              Verdict::kUnreliable);
  }
}

TEST(Timekeeper, TheCameraNeverOverrulesAClockThatWasReliable) {
  const Timekeeper keeper = set_by(SourceKind::kRtc);
  EXPECT_EQ(keeper.judge(report(SourceKind::kCamera, 3s, 1s), kBoot + 24h).verdict, Verdict::kOutranked);
  EXPECT_EQ(keeper.judge(report(SourceKind::kCamera, 1s, 1s), kBoot + 24h).verdict, Verdict::kBelowThreshold);
}

TEST(Timekeeper, APhoneThatAgreesWithTheCamerasTimeMakesItReliableByItsOwnBound) {
  Timekeeper keeper = set_by(SourceKind::kCamera, {1ms});
  const auto judgement = keeper.judge(report(SourceKind::kPhone, 10ms, 20ms), kBoot + 1s);
  EXPECT_EQ(judgement.verdict, Verdict::kAgree);
  EXPECT_EQ(judgement.bound.value, 30ms);
  keeper.on_sync(SourceKind::kPhone, judgement.bound, kBoot + 1s);
  EXPECT_TRUE(keeper.standing(kBoot + 1s).reliable);
}

TEST(Timekeeper, TheCameraIsSetOnlyWhileTheClockIsReliable) {
  const Timekeeper keeper = set_by(SourceKind::kPhoneOnAccessPoint);
  EXPECT_TRUE(keeper.may_set_camera(kBoot + 30min - 1ns));
  EXPECT_FALSE(keeper.may_set_camera(kBoot + 30min));
}

// At 20 ppm the clock gains 600 ms in 30000 s.
TEST(Timekeeper, AnAdaptedWindowEndsWhenTheToleranceMightBeExceeded) {
  Timekeeper keeper{config()};
  keeper.on_sync(SourceKind::kPhone, {400ms}, kBoot);
  keeper.adapt(Ppm::whole(20));
  EXPECT_EQ(keeper.window(SourceKind::kPhone, {400ms}), 30'000s);
  EXPECT_TRUE(keeper.standing(kBoot + 30'000s - 1ns).reliable);
  EXPECT_FALSE(keeper.standing(kBoot + 30'000s).reliable);
  EXPECT_EQ(keeper.standing(kBoot + 30'000s).bound.value, 1s);
}

TEST(Timekeeper, AnAdaptedWindowIsTenMinutesToADay) {
  Timekeeper keeper{config()};
  keeper.adapt(Ppm::whole(1'000'000));
  EXPECT_GE(keeper.window(SourceKind::kPhone, {0ns}), 10min);
  EXPECT_EQ(keeper.window(SourceKind::kPhone, {2s}), 10min);
  keeper.adapt(Ppm{0});
  EXPECT_EQ(keeper.window(SourceKind::kPhone, {0ns}), 24h);
}

TEST(Timekeeper, TheWindowOfPolledServersIsNotAdapted) {
  Timekeeper keeper{config()};
  keeper.expect(Ppm::whole(500));
  EXPECT_EQ(keeper.window(SourceKind::kNtp, {2s}), kDefaultRules[0].window);
  keeper.adapt(Ppm::whole(1000));
  EXPECT_EQ(keeper.window(SourceKind::kNtp, {2s}), kDefaultRules[0].window);
}

// At 104 ppm the clock gains a second in 9615 s, and 374.4 ms in an hour.
TEST(Timekeeper, WindowsAndBoundsFollowAnExperimentUntilTheRateIsMeasured) {
  Timekeeper keeper = set_by(SourceKind::kPhone, {0ns});
  EXPECT_FALSE(keeper.rate_error());
  keeper.expect(Ppm::whole(104));
  for (const SourceKind kind : {SourceKind::kPhoneOnAccessPoint, SourceKind::kManual, SourceKind::kPhone,
                                SourceKind::kOcpp, SourceKind::kRtc, SourceKind::kCamera}) {
    EXPECT_EQ(std::chrono::floor<seconds>(keeper.window(kind, {0ns})), 9615s) << name_of(kind);
  }
  EXPECT_EQ(keeper.standing(kBoot + 1h).bound.value, 374'400us);
  EXPECT_FALSE(keeper.rate_error()->is_measured);
  keeper.adapt(Ppm::whole(20));
  EXPECT_EQ(keeper.window(SourceKind::kPhone, {0ns}), 50'000s);
  EXPECT_TRUE(keeper.rate_error()->is_measured);
}

TEST(Timekeeper, AnExperimentDoesNotOverruleWhatIsMeasured) {
  Timekeeper keeper{config()};
  keeper.adapt(Ppm::whole(20));
  keeper.expect(Ppm::whole(104));
  EXPECT_EQ(keeper.rate_error()->value, Ppm::whole(20));
  EXPECT_EQ(keeper.window(SourceKind::kPhone, {0ns}), 50'000s);
}

TEST(Timekeeper, ALaterExperimentReplacesAnEarlierOne) {
  Timekeeper keeper{config()};
  keeper.expect(Ppm::whole(20));
  keeper.expect(Ppm::whole(40));
  EXPECT_EQ(keeper.window(SourceKind::kPhone, {0ns}), 25'000s);
}

TEST(Timekeeper, ByAnExperimentTooAWindowIsTenMinutesToADay) {
  Timekeeper keeper{config()};
  keeper.expect(Ppm::whole(500));
  EXPECT_EQ(keeper.window(SourceKind::kPhone, {900ms}), 10min);
  keeper.expect(Ppm{0});
  EXPECT_EQ(keeper.window(SourceKind::kPhone, {0ns}), 24h);
}

// Row E: a house hub.

TEST(Timekeeper, NtpOverrulesEverything) {
  for (const SourceKind kind : kAllKinds) {
    EXPECT_EQ(set_by(kind).judge(report(SourceKind::kNtp, 100s, 10ms), kBoot + 1s).verdict, Verdict::kAdopt)
        << name_of(kind);
  }
}

TEST(Timekeeper, NtpHasNoThreshold) {
  EXPECT_EQ(set_by(SourceKind::kPhone).judge(report(SourceKind::kNtp, 1ns, 1ms), kBoot).verdict,
            Verdict::kAdopt);
}

// RFC 5905, section 13: a source is reachable for eight polls without a reply; ntpd's longest usual poll is
// 1024 s.
TEST(Timekeeper, NtpStaysReliableForEightPolls) {
  const Timekeeper keeper = set_by(SourceKind::kNtp);
  EXPECT_TRUE(keeper.standing(kBoot + 8191s).reliable);
  EXPECT_FALSE(keeper.standing(kBoot + 8192s).reliable);
}

TEST(Timekeeper, AServerThatSaysThatItIsNotSynchronisedIsUnreliable) {
  Report ntp = report(SourceKind::kNtp, 0ns);
  ntp.reliable = false;
  EXPECT_EQ(Timekeeper{config()}.judge(ntp, kBoot).verdict, Verdict::kUnreliable);
}

// Sanity.

TEST(Timekeeper, ATimeBeforeTheBuildIsRefusedWhoeverSaysSo) {
  for (const SourceKind kind : kAllKinds) {
    if (kind == SourceKind::kFreeRun) continue;
    Report r = report(kind, -1h);
    r.claimed = kBuildDate - 1ns;
    EXPECT_EQ(Timekeeper{config()}.judge(r, kBoot).verdict, Verdict::kBelowFloor) << name_of(kind);
    r.claimed = kBuildDate;
    EXPECT_EQ(Timekeeper{config()}.judge(r, kBoot).verdict, Verdict::kAdopt) << name_of(kind);
  }
}

TEST(Timekeeper, TheLastKnownTimeRaisesTheFloorAndNothingLowersIt) {
  Timekeeper keeper{config()};
  keeper.raise_floor(kToday + 1ns);
  keeper.raise_floor(kBuildDate);
  EXPECT_EQ(keeper.judge(report(SourceKind::kRtc, 0ns), kBoot).verdict, Verdict::kBelowFloor);
}

TEST(Timekeeper, APersonMayGoBelowAFloorThatWasRaisedButNotBelowTheBuildDate) {
  Timekeeper keeper{config()};
  keeper.raise_floor(kToday + 24h);
  Report by_hand = report(SourceKind::kManual, 0ns);
  EXPECT_EQ(keeper.judge(by_hand, kBoot).verdict, Verdict::kAdopt);
  by_hand.claimed = kBuildDate - 1ns;
  EXPECT_EQ(keeper.judge(by_hand, kBoot).verdict, Verdict::kBelowFloor);
}

TEST(Timekeeper, ATimeAfterTheLatestThatIsPlausibleIsAbsurd) {
  TimekeeperConfig c = config();
  c.latest = kToday - 1ns;
  EXPECT_EQ(Timekeeper{c}.judge(report(SourceKind::kPhone, 0ns), kBoot).verdict, Verdict::kAbsurd);
}

TEST(Timekeeper, TwoPhonesADayApartCannotBothBeRight) {
  const Timekeeper keeper = set_by(SourceKind::kPhone);
  EXPECT_EQ(keeper.judge(report(SourceKind::kPhone, 24h, 1ms), kBoot + 1s).verdict, Verdict::kAdopt);
  EXPECT_EQ(keeper.judge(report(SourceKind::kPhone, 24h + 1ns, 1ms), kBoot + 1s).verdict, Verdict::kAbsurd);
  EXPECT_EQ(keeper.judge(report(SourceKind::kPhone, 24h + 1ns, 1ms), kBoot + 30min).verdict, Verdict::kAdopt);
}

TEST(Timekeeper, AnRtcThatWasSetToTheWrongYearDoesNotMakeTheRightOneAbsurd) {
  const Timekeeper keeper = set_by(SourceKind::kRtc);
  EXPECT_EQ(keeper.judge(report(SourceKind::kPhoneOnAccessPoint, 8760h), kBoot + 1s).verdict,
            Verdict::kAdopt);
}

// RFC 5905, section 7.2: PANICT is 1000 s.
TEST(Timekeeper, NtpDoesNotMoveAClockThatNtpHasSetByMoreThanThePanicThreshold) {
  const Timekeeper keeper = set_by(SourceKind::kNtp);
  EXPECT_EQ(keeper.judge(report(SourceKind::kNtp, -1000s, 1ms), kBoot + 1s).verdict, Verdict::kAdopt);
  EXPECT_EQ(keeper.judge(report(SourceKind::kNtp, -1000s - 1ns, 1ms), kBoot + 1s).verdict, Verdict::kAbsurd);
}

TEST(Timekeeper, ABoundThatIsNegativeOrUselessIsAbsurd) {
  for (const nanoseconds bound :
       {nanoseconds{-1}, nanoseconds::min(), nanoseconds{10s + 1ns}, nanoseconds::max()}) {
    EXPECT_EQ(Timekeeper{config()}.judge(report(SourceKind::kPhone, 0ns, bound), kBoot).verdict,
              Verdict::kAbsurd);
  }
}

TEST(Timekeeper, HostileValuesOverflowNothing) {
  for (const SourceKind held : kAllKinds) {
    for (const nanoseconds bound : {nanoseconds::min(), nanoseconds{1}, nanoseconds::max()}) {
      for (const MonoTime synced : {MonoTime::min(), kBoot, MonoTime::max()}) {
        TimekeeperConfig c = config();
        c.tolerance = {bound};
        Timekeeper keeper{c};
        keeper.expect(Ppm{bound.count()});
        keeper.adapt(Ppm{bound.count()});
        keeper.on_sync(held, {bound}, synced);
        for (const SourceKind kind : kAllKinds) {
          for (const MonoTime now : {MonoTime::min(), kBoot, MonoTime::max()}) {
            for (const nanoseconds offset : {nanoseconds::min(), nanoseconds{0}, nanoseconds::max()}) {
              const auto judgement = keeper.judge(report(kind, offset), now);
              EXPECT_GE(judgement.bound.value, 0ns);
              EXPECT_GE(keeper.standing(now).bound.value, 0ns);
            }
          }
        }
      }
    }
  }
}

// Time.

// RFC 5905, section 4: PHI is 15 ppm.
TEST(Timekeeper, TheBoundGrowsBy15PpmUntilTheDriftIsMeasured) {
  Timekeeper keeper = set_by(SourceKind::kNtp, {20ms});
  EXPECT_EQ(keeper.standing(kBoot + 1000s).bound.value, 35ms);
  EXPECT_EQ(keeper.standing(kBoot + 1000s).age, 1000s);
  keeper.adapt(Ppm::whole(2));
  EXPECT_EQ(keeper.standing(kBoot + 1000s).bound.value, 22ms);
}

TEST(Timekeeper, TheBoundGrowsHoweverWellTheDriftIsKnown) {
  Timekeeper keeper = set_by(SourceKind::kNtp, {20ms});
  keeper.adapt(Ppm{0});
  EXPECT_GT(keeper.standing(kBoot + 24h).bound.value, 20ms);
}

TEST(Timekeeper, SettingTheClockNeitherRenewsNorEndsAWindow) {
  Timekeeper keeper = set_by(SourceKind::kRtc);
  Report phone = report(SourceKind::kPhone, 43'800h);
  phone.claimed = kToday + 43'800h;
  ASSERT_EQ(keeper.judge(phone, kBoot + 1s).verdict, Verdict::kAdopt);
  keeper.on_sync(SourceKind::kPhone, phone.bound, kBoot + 1s);
  EXPECT_EQ(keeper.standing(kBoot + 11s).age, 10s);
  EXPECT_TRUE(keeper.standing(kBoot + 1s + 30min - 1ns).reliable);
  EXPECT_FALSE(keeper.standing(kBoot + 1s + 30min).reliable);
}

TEST(Timekeeper, EveryRuleMayBeOverridden) {
  TimekeeperConfig c = config();
  Rules rules = kDefaultRules;
  c.rules = &rules;
  Rule& phone = rules[static_cast<std::size_t>(SourceKind::kPhone)];
  phone.window = 10min;
  phone.threshold = 100ms;
  Timekeeper keeper{c};
  keeper.on_sync(SourceKind::kPhone, {20ms}, kBoot);
  EXPECT_FALSE(keeper.standing(kBoot + 10min).reliable);
  EXPECT_EQ(keeper.judge(report(SourceKind::kPhone, 101ms, 1ms), kBoot + 1s).verdict, Verdict::kAdopt);
}

TEST(Timekeeper, EveryVerdictAndKindHasItsOwnName) {
  std::vector<std::string_view> names;
  const auto expect_new = [&](std::string_view name) {
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 0) << name;
    names.push_back(name);
  };
  for (const SourceKind kind : kAllKinds) expect_new(name_of(kind));
  for (int i = 0; i <= static_cast<int>(Verdict::kTooUncertain); ++i) {
    const auto description = describe(static_cast<Verdict>(i));
    expect_new(description.name);
    EXPECT_FALSE(std::string_view{description.text}.empty());
  }
}

// Otherwise a poll interval beyond 2^13 s would exceed the window.
TEST(Timekeeper, TheWindowOfNtpOutlastsTheLongestPoll) {
  for (int log2 = 4; log2 <= 17; ++log2) {
    const nanoseconds poll = seconds{1 << log2};
    Timekeeper keeper{config()};
    keeper.adapt(Ppm::whole(1));
    keeper.on_sync(SourceKind::kNtp, {1ms}, kBoot, poll);
    const nanoseconds window = log2 <= 10 ? nanoseconds{8192s} : poll + 7 * 1024s;
    EXPECT_EQ(keeper.reliable_for(kBoot), window) << log2;
    EXPECT_TRUE(keeper.standing(kBoot + poll + 7 * 1000s).reliable) << log2;
    EXPECT_FALSE(keeper.standing(kBoot + window).reliable) << log2;
    EXPECT_EQ(keeper.judge(report(SourceKind::kPhone, 10s), kBoot + window - 1s).verdict,
              Verdict::kOutranked);
    EXPECT_EQ(keeper.judge(report(SourceKind::kPhone, 10s), kBoot + window).verdict, Verdict::kAdopt);
  }
}

TEST(Timekeeper, TheNextPollLengthensNoOtherWindow) {
  Timekeeper keeper{config()};
  keeper.on_sync(SourceKind::kPhone, {1ms}, kBoot, 131'072s);
  EXPECT_EQ(keeper.reliable_for(kBoot), kDefaultWindow);
  keeper.adapt(Ppm::whole(1));
  keeper.on_sync(SourceKind::kNtp, {1ms}, kBoot, nanoseconds::max());
  EXPECT_EQ(keeper.reliable_for(kBoot), seconds{131'072 + 7 * 1024});
}

// A clock claims no more than is known.

TEST(Timekeeper, BeyondItsToleranceAClockIsNotReliableHoweverYoung) {
  EXPECT_TRUE(set_by(SourceKind::kRtc, {900ms}).standing(kBoot).reliable);
  EXPECT_FALSE(set_by(SourceKind::kRtc, {120s}).standing(kBoot).reliable);
  EXPECT_FALSE(set_by(SourceKind::kRtc, {120s}).may_write_rtc(kBoot));
}

// At 15 ppm the clock drifts by 15 ms in 1000 s.
TEST(Timekeeper, AClockIsReliableUntilItMightExceedItsTolerance) {
  const Timekeeper keeper = set_by(SourceKind::kPhone, {985ms});
  EXPECT_NEAR(static_cast<double>(keeper.reliable_for(kBoot).count()), 1000e9, 1e9);
  EXPECT_TRUE(keeper.standing(kBoot + 990s).reliable);
  EXPECT_FALSE(keeper.standing(kBoot + 1010s).reliable);
}

TEST(Timekeeper, ByAClockThatNobodyVouchesForNothingIsReliable) {
  EXPECT_FALSE(set_by(SourceKind::kIsland).standing(kBoot).reliable);
  EXPECT_EQ(set_by(SourceKind::kIsland).judge(report(SourceKind::kRtc, 3s), kBoot).verdict, Verdict::kAdopt);
}

TEST(Timekeeper, WhatIsFedAsNtpRanksBelowWhatIsAskedAndAboveAPhone) {
  EXPECT_EQ(set_by(SourceKind::kNtp).judge(report(SourceKind::kFedNtp, 3s), kBoot).verdict,
            Verdict::kOutranked);
  EXPECT_EQ(set_by(SourceKind::kFedNtp).judge(report(SourceKind::kPhoneOnAccessPoint, 3s), kBoot).verdict,
            Verdict::kOutranked);
  EXPECT_EQ(set_by(SourceKind::kFedNtp).judge(report(SourceKind::kFedNtp, 1001s), kBoot).verdict,
            Verdict::kAbsurd);
}

TEST(Timekeeper, AContradictedClockIsUnreliableUntilAPersonSetsIt) {
  Timekeeper keeper = set_by(SourceKind::kNtp);
  keeper.on_contradicted();
  EXPECT_FALSE(keeper.standing(kBoot).reliable);
  EXPECT_EQ(keeper.reliable_for(kBoot), 0ns);
  EXPECT_EQ(keeper.judge(report(SourceKind::kManual, -1h), kBoot).verdict, Verdict::kAdopt);
  keeper.on_sync(SourceKind::kManual, {20ms}, kBoot);
  EXPECT_TRUE(keeper.standing(kBoot).reliable);
}

// The battery clock may have its time from the very clock that is contradicted, and nobody vouches for the
// others.
TEST(Timekeeper, WhoHasNoTimeFromElsewhereDoesNotDecideForAContradictedClock) {
  Timekeeper keeper = set_by(SourceKind::kNtp);
  keeper.on_contradicted();
  for (const SourceKind kind : {SourceKind::kRtc, SourceKind::kIsland, SourceKind::kCamera})
    EXPECT_EQ(keeper.judge(report(kind, 1s), kBoot + 24h).verdict, Verdict::kOutranked) << name_of(kind);
  for (const SourceKind kind : {SourceKind::kFedNtp, SourceKind::kPhone, SourceKind::kOcpp})
    EXPECT_EQ(keeper.judge(report(kind, 10s), kBoot + 24h).verdict, Verdict::kAdopt) << name_of(kind);
}

TEST(Timekeeper, WindowsAndBoundsAgeInSleep) {
  Timekeeper keeper = set_by(SourceKind::kPhone);
  keeper.on_slept(29min);
  EXPECT_TRUE(keeper.standing(kBoot).reliable);
  EXPECT_EQ(keeper.standing(kBoot).bound.value, 20ms + nanoseconds{29min} * 15 / 1'000'000);
  keeper.on_slept(2min);
  EXPECT_FALSE(keeper.standing(kBoot).reliable);
  EXPECT_EQ(*keeper.standing(kBoot).age, 31min);
}

TEST(Timekeeper, ADoubtWidensTheBoundAndRenewsNoWindow) {
  Timekeeper keeper = set_by(SourceKind::kNtp);
  keeper.widen({5s}, kBoot + 1000s);
  EXPECT_EQ(keeper.standing(kBoot + 1000s).bound.value, 5s);
  EXPECT_EQ(*keeper.standing(kBoot + 1000s).age, 1000s);
  keeper.widen({1s}, kBoot + 1000s);
  EXPECT_EQ(keeper.standing(kBoot + 1000s).bound.value, 5s);
}

TEST(Timekeeper, NobodyMayClaimATimeAfterTheLatestThatIsPlausible) {
  TimekeeperConfig limited = config();
  limited.latest = kBuildDate + 24h * 365 * 20;
  const Timekeeper keeper{limited};
  for (const SourceKind kind : kAllKinds) {
    EXPECT_EQ(keeper.find_implausible(kind, limited.latest), std::nullopt);
    EXPECT_EQ(keeper.find_implausible(kind, limited.latest + 1ns), Verdict::kAbsurd) << name_of(kind);
  }
}

TEST(Timekeeper, OnlyAskedServersAndAPersonRaiseTheFloor) {
  for (const SourceKind kind : kAllKinds) {
    const bool may = kind == SourceKind::kNtp || kind == SourceKind::kManual;
    EXPECT_EQ(Timekeeper{config()}.may_raise_floor(kind), may) << name_of(kind);
  }
}

TEST(Timekeeper, APersonLowersTheFloorButNotBehindTheBuild) {
  Timekeeper keeper{config()};
  keeper.raise_floor(kToday + 48h);
  keeper.lower_floor(kToday);
  EXPECT_EQ(keeper.find_implausible(SourceKind::kPhone, kToday), std::nullopt);
  EXPECT_EQ(keeper.find_implausible(SourceKind::kPhone, kToday - 1ns), Verdict::kBelowFloor);
  keeper.lower_floor(kBuildDate - 48h);
  EXPECT_EQ(keeper.find_implausible(SourceKind::kPhone, kBuildDate - 1ns), Verdict::kBelowFloor);
}

TEST(Timekeeper, EveryKindIsFoundByItsName) {
  for (const SourceKind kind : kAllKinds) EXPECT_EQ(source_kind_of(name_of(kind)), kind);
  EXPECT_EQ(source_kind_of("sundial"), std::nullopt);
}

// A crystal that was never compared may be 45 minutes off, which is better than 1970.
TEST(Timekeeper, AWideBoundOfABatteryClockIsAcceptedWhileTheClockIsNotKnownBetter) {
  const Report wide = report(SourceKind::kRtc, 0s, 45min);
  Timekeeper keeper{config()};
  EXPECT_EQ(keeper.judge(wide, kBoot).verdict, Verdict::kAdopt);
  keeper.on_sync(SourceKind::kRtc, wide.bound, kBoot);
  EXPECT_EQ(keeper.judge(wide, kBoot + 512s).verdict, Verdict::kAgree);
  EXPECT_EQ(set_by(SourceKind::kRtc, {1s}).judge(wide, kBoot).verdict, Verdict::kAbsurd);
  EXPECT_EQ(Timekeeper{config()}.judge(report(SourceKind::kPhone, 0s, 45min), kBoot).verdict,
            Verdict::kAbsurd);
}

TEST(TimekeeperUnvouched, SetsAnUnsetClockAndMakesNothingReliable) {
  Timekeeper keeper{config()};
  Report rtc = report(SourceKind::kRtc, 1h, 1ms);
  rtc.vouched = false;
  EXPECT_EQ(keeper.judge(rtc, kBoot).verdict, Verdict::kAdopt);
  keeper.on_sync(SourceKind::kRtc, {1ms}, kBoot, {}, rtc.vouched);
  EXPECT_FALSE(keeper.standing(kBoot).reliable);
  EXPECT_FALSE(keeper.standing(kBoot).vouched);
  EXPECT_EQ(keeper.reliable_for(kBoot), 0s);
  const Report vouched = report(SourceKind::kRtc, 0s, 2ms);
  EXPECT_EQ(keeper.judge(vouched, kBoot).verdict, Verdict::kAgree);
  EXPECT_EQ(keeper.judge(vouched, kBoot).bound.value, 2ms) << "what nothing vouched for does not count";
}

TEST(TimekeeperUnvouched, ReplacesNoSourceThatSomethingVouchedFor) {
  const Timekeeper keeper = set_by(SourceKind::kManual);
  Report rtc = report(SourceKind::kRtc, 1h, 1ms);
  EXPECT_EQ(keeper.judge(rtc, kBoot + 24h).verdict, Verdict::kAdopt);
  rtc.vouched = false;
  EXPECT_EQ(keeper.judge(rtc, kBoot + 24h).verdict, Verdict::kOutranked);
}

}  // namespace
}  // namespace isletime::timekeeper_test
