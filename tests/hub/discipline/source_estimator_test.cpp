// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/source_estimator.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "tests/hub/discipline/weighted_regression.hpp"
#include "tests/sim/random.hpp"

namespace isletime::source_estimator_test {
namespace {

using namespace std::chrono_literals;

constexpr FreeTime kStart{1'790'000'000s};
constexpr Dispersion kPrecision{200ns};
constexpr Seconds kQueue{1e-4};

// An oscillator of constant frequency, and a server 100 us away.
struct Path {
  double frequency = 20e-6;
  nanoseconds ahead = 0ns;
  FreeTime now = kStart;
  sim::Random random{1};

  nanoseconds phase() const { return ahead + rounded(frequency * Seconds{now - kStart}); }

  OffsetSample sample() {
    const nanoseconds there = rounded(Seconds{random.exponential(kQueue.count())});
    const nanoseconds back = rounded(Seconds{random.exponential(kQueue.count())});
    return {.at = now,
            .offset = {-phase() + (there - back) / 2},
            .delay = Delay{200us + there + back},
            .dispersion = kPrecision};
  }

  void run(SourceEstimator& estimator, int samples, nanoseconds poll = 16s) {
    for (int i = 0; i < samples; ++i) {
      now += poll;
      estimator.add(sample());
    }
  }
};

void expect_sane(const SourceEstimator& estimator, FreeTime now) {
  for (const FreeTime when : {now, now + 64s, FreeTime::max(), FreeTime::min()}) {
    const auto estimate = estimator.at(when);
    ASSERT_TRUE(estimate.has_value());
    EXPECT_TRUE(std::isfinite(estimate->frequency));
    EXPECT_TRUE(std::isfinite(estimate->var_phase));
    EXPECT_TRUE(std::isfinite(estimate->covariance));
    EXPECT_TRUE(std::isfinite(estimate->var_frequency));
    EXPECT_GT(estimate->var_phase, 0.0);
    EXPECT_GT(estimate->var_frequency, 0.0);
    EXPECT_GT(estimator.error_bound(when)->value, 0ns);
  }
}

TEST(SourceEstimator, TheFirstSampleOfAllMayBeTheWrongOne) {
  Path path;
  SourceEstimator estimator;
  OffsetSample garbled = path.sample();
  garbled.offset.value += 24h;
  estimator.add(garbled);
  path.run(estimator, 3, 2s);
  ASSERT_TRUE(estimator.at(path.now));
  EXPECT_LT(magnitude(estimator.at(path.now)->phase - path.phase()), 1ms);
}

TEST(SourceEstimator, TheFirstQueueMayBeTheLongest) {
  Path path;
  SourceEstimator estimator;
  OffsetSample queued = path.sample();
  queued.offset.value += 50ms;
  queued.delay->value += 100ms;
  estimator.add(queued);
  path.now += 2s;
  EXPECT_EQ(estimator.add(path.sample()), Outcome::kUsed);
}

TEST(SourceEstimator, KnowsNothingBeforeTheFirstSample) {
  const SourceEstimator estimator;
  EXPECT_FALSE(estimator.at(kStart).has_value());
  EXPECT_FALSE(estimator.error_bound(kStart).has_value());
}

TEST(SourceEstimator, TheFirstSampleSetsThePhase) {
  SourceEstimator estimator;
  const auto outcome =
      estimator.add({.at = kStart, .offset = {-5s}, .delay = Delay{2ms}, .dispersion = kPrecision});
  EXPECT_EQ(outcome, Outcome::kStarted);
  EXPECT_EQ(estimator.at(kStart)->phase, 5s);
  EXPECT_EQ(offset_of(*estimator.at(kStart)).value, -5s);
}

// Even without queues the two directions may differ by the whole delay.
TEST(SourceEstimator, NoBoundIsTighterThanHalfTheLeastDelay) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 1000);
  EXPECT_GE(estimator.error_bound(path.now)->value, 95us);
  EXPECT_LE(estimator.error_bound(path.now)->value, 150us);
}

TEST(SourceEstimator, FindsPhaseAndFrequency) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 1000);
  const auto estimate = estimator.at(path.now);
  EXPECT_LE(std::chrono::abs(estimate->phase - path.phase()), 20us);
  EXPECT_NEAR(estimate->frequency, path.frequency, 2e-8);
}

// A clock that still reads 1970 must not lose nanoseconds.
TEST(SourceEstimator, LosesNoDigitsToAClockThatWasNeverSet) {
  SourceEstimator set;
  SourceEstimator unset;
  Path near;
  Path far;
  far.ahead = -56 * 365 * 24h;
  near.run(set, 200);
  far.run(unset, 200);
  EXPECT_LE(std::chrono::abs(unset.at(far.now)->phase - far.ahead - set.at(near.now)->phase), 1ns);
}

TEST(SourceEstimator, BeatsAWeightedRegression) {
  SourceEstimator estimator;
  WeightedRegression regression;
  Path path;
  double own = 0.0;
  double reference = 0.0;
  for (int i = 0; i < 3000; ++i) {
    path.now += 16s;
    const auto sample = path.sample();
    estimator.add(sample);
    regression.add(sample);
    if (i < 500) continue;
    own += std::pow(Seconds{estimator.at(path.now)->phase - path.phase()}.count(), 2);
    reference += std::pow((regression.phase(path.now) - path.phase()).count(), 2);
  }
  EXPECT_LT(std::sqrt(own), std::sqrt(reference) / 2);
}

TEST(SourceEstimator, AStepIsBelievedAfterThreeSamples) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 100);
  path.ahead = 1s;
  path.now += 16s;
  EXPECT_EQ(estimator.add(path.sample()), Outcome::kSuspect);
  EXPECT_TRUE(estimator.is_suspicious());
  EXPECT_LT(estimator.at(path.now)->phase, 500ms);
  path.now += 2s;
  EXPECT_EQ(estimator.add(path.sample()), Outcome::kSuspect);
  path.now += 2s;
  EXPECT_EQ(estimator.add(path.sample()), Outcome::kStepped);
  EXPECT_FALSE(estimator.is_suspicious());
  EXPECT_LE(std::chrono::abs(estimator.at(path.now)->phase - path.phase()), 300us);
  EXPECT_NEAR(estimator.at(path.now)->frequency, path.frequency, 1e-7);
}

TEST(SourceEstimator, OneAbsurdSampleIsForgotten) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 100);
  path.now += 16s;
  auto absurd = path.sample();
  absurd.offset.value += 3600s;
  EXPECT_EQ(estimator.add(absurd), Outcome::kSuspect);
  path.now += 2s;
  EXPECT_EQ(estimator.add(path.sample()), Outcome::kUsed);
  EXPECT_LE(std::chrono::abs(estimator.at(path.now)->phase - path.phase()), 100us);
}

// Only the delay reveals the queue: a reply that waits for 1 s on the way back has an offset wrong by 0.5 s.
TEST(SourceEstimator, AQueueIsNoStep) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 100);
  for (int i = 0; i < 5; ++i) {
    path.now += 16s;
    auto late = path.sample();
    late.delay->value += 1s;
    late.offset.value -= 500ms;
    EXPECT_EQ(estimator.add(late), Outcome::kUsed);
  }
  EXPECT_LE(std::chrono::abs(estimator.at(path.now)->phase - path.phase()), 50us);
}

TEST(SourceEstimator, AfterSleepThePhaseIsNewAndTheFrequencyKept) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 500);
  estimator.forget_phase();
  EXPECT_FALSE(estimator.at(path.now).has_value());
  path.now += 3600s;
  path.ahead = 77s;
  EXPECT_EQ(estimator.add(path.sample()), Outcome::kStarted);
  EXPECT_LE(std::chrono::abs(estimator.at(path.now)->phase - path.phase()), 1ms);
  EXPECT_NEAR(estimator.at(path.now)->frequency, path.frequency, 1e-7);
}

TEST(SourceEstimator, ADriftFileSparesTheSearchForTheFrequency) {
  SourceEstimator estimator;
  estimator.seed_frequency({.value = 20e-6, .deviation = 1e-8});
  Path path;
  path.run(estimator, 1);
  EXPECT_DOUBLE_EQ(estimator.at(path.now)->frequency, 20e-6);
  const FreeTime later = path.now + 600s;
  EXPECT_NEAR(Seconds{estimator.at(later)->phase - estimator.at(path.now)->phase}.count(), 0.012, 1e-6);
  EXPECT_LT(estimator.error_bound(later)->value, 2ms);
}

TEST(SourceEstimator, ADriftFileComesTooLateAfterTheFirstSample) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 1);
  estimator.seed_frequency({.value = 20e-6, .deviation = 1e-8});
  EXPECT_EQ(estimator.at(path.now)->frequency, 0.0);
}

// UTC repeats a second, so the oscillator is a second further ahead of it.
TEST(SourceEstimator, ALeapSecondIsNoSurprise) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 100);
  estimator.on_leap_second(Offset{-1s});
  path.ahead = 1s;
  path.now += 16s;
  EXPECT_EQ(estimator.add(path.sample()), Outcome::kUsed);
  EXPECT_LE(std::chrono::abs(estimator.at(path.now)->phase - path.phase()), 50us);
}

TEST(SourceEstimator, ABoundFromAPersonIsABound) {
  SourceEstimator estimator;
  const OffsetSample by_hand{.at = kStart, .offset = {2s}, .delay = std::nullopt, .dispersion = {500ms}};
  estimator.add(by_hand);
  EXPECT_EQ(estimator.at(kStart)->phase, -2s);
  EXPECT_GE(estimator.error_bound(kStart)->value, 500ms);
}

// A camera that truncates to whole seconds is half a second late each time, however often it repeats that.
TEST(SourceEstimator, RepeatingABoundedErrorDoesNotMakeItSmaller) {
  SourceEstimator estimator;
  estimator.seed_frequency({.value = 0.0, .deviation = 1e-9});
  FreeTime now = kStart;
  for (int i = 0; i < 100; ++i) {
    now += 60s;
    estimator.add({.at = now, .offset = {400ms}, .delay = std::nullopt, .dispersion = {500ms}});
  }
  EXPECT_GE(estimator.error_bound(now)->value, 400ms);
}

TEST(SourceEstimator, TwoBoundsThatOverlapAreNarrowerThanEach) {
  SourceEstimator estimator;
  estimator.seed_frequency({.value = 0.0, .deviation = 1e-12});
  estimator.add({.at = kStart, .offset = {0s}, .delay = std::nullopt, .dispersion = {1s}});
  estimator.add({.at = kStart + 1s, .offset = {1500ms}, .delay = std::nullopt, .dispersion = {1s}});
  // Both intervals hold from 0.5 s to 1 s.
  EXPECT_LE(std::chrono::abs(estimator.at(kStart + 1s)->phase + 750ms), 200ms);
}

TEST(SourceEstimator, ATimeThatStandsStillIsNoTrouble) {
  SourceEstimator estimator;
  Path path;
  for (int i = 0; i < 100; ++i) estimator.add(path.sample());
  expect_sane(estimator, path.now);
}

TEST(SourceEstimator, ASampleFromBeforeTheLastIsIgnored) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 20);
  const auto before = estimator.at(path.now);
  auto old = path.sample();
  old.at -= 1ns;
  EXPECT_EQ(estimator.add(old), Outcome::kOutOfOrder);
  EXPECT_EQ(estimator.at(path.now)->phase, before->phase);
}

// The test adds every pair of an absurd delay and an absurd offset, with every wait in between.
TEST(SourceEstimator, NoSampleMakesItInfinite) {
  constexpr std::array kDelays{nanoseconds::min(),          nanoseconds{-1s},  0ns, 1ns,
                               nanoseconds{1'000'000'000s}, nanoseconds::max()};
  constexpr std::array kOffsets{
      nanoseconds::min(), nanoseconds{-100 * 365 * 24h}, 0ns, 1ns, nanoseconds{100 * 365 * 24h},
      nanoseconds::max()};
  constexpr std::array kWaits{0ns, 1ns, nanoseconds{16s}, nanoseconds{365 * 24h}};
  constexpr std::array kDispersions{nanoseconds::min(), 0ns, nanoseconds{1s}, nanoseconds::max()};
  SourceEstimator estimator;
  FreeTime now = kStart;
  for (const nanoseconds wait : kWaits) {
    for (const nanoseconds dispersion : kDispersions) {
      for (const nanoseconds delay : kDelays) {
        for (const nanoseconds offset : kOffsets) {
          now = std::min(now + wait, FreeTime{nanoseconds{200 * 365 * 24h}});
          estimator.add({.at = now, .offset = {offset}, .delay = Delay{delay}, .dispersion = {dispersion}});
          estimator.add({.at = now, .offset = {offset}, .delay = std::nullopt, .dispersion = {dispersion}});
          expect_sane(estimator, now);
        }
      }
    }
  }
}

TEST(SourceEstimator, RecoversFromNonsense) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 100);
  for (int i = 0; i < 10; ++i) {
    path.now += 2s;
    estimator.add({.at = path.now,
                   .offset = {i % 2 == 0 ? nanoseconds::max() : nanoseconds::min()},
                   .delay = Delay{nanoseconds::max()},
                   .dispersion = {0ns}});
  }
  path.run(estimator, 200);
  EXPECT_LE(std::chrono::abs(estimator.at(path.now)->phase - path.phase()), 100us);
}

// Three honest standard deviations cover 99.7 %; 4 seconds in 1000 allow for the small sample.
TEST(SourceEstimator, ItsBoundIsHonest) {
  SourceEstimator estimator;
  Path path;
  int outside = 0;
  for (int i = 0; i < 2000; ++i) {
    path.now += 16s;
    estimator.add(path.sample());
    const auto estimate = estimator.at(path.now);
    const double error = Seconds{estimate->phase - path.phase()}.count();
    if (std::abs(error) > 3.0 * std::sqrt(estimate->var_phase)) ++outside;
    EXPECT_LE(std::abs(error), Seconds{estimator.error_bound(path.now)->value}.count());
  }
  EXPECT_LE(outside, 20);
}

TEST(SourceEstimator, WhatIsTolerableShrinksWithTheWait) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 100);
  EXPECT_TRUE(estimator.is_tolerable(path.now, 16s, 0.5));
  EXPECT_FALSE(estimator.is_tolerable(path.now, 1'000'000s, 0.5));
}

constexpr nanoseconds kBothWays = 200us;  // delay of Path without queues

// Adds delay to the query (`there`) and to the reply (`back`), and shifts the offset accordingly.
OffsetSample longer(OffsetSample sample, nanoseconds there, nanoseconds back) {
  sample.delay->value += there + back;
  sample.offset.value += (there - back) / 2;
  return sample;
}

// Filter members with a large wander could still explain it, but their weight is negligible.
TEST(SourceEstimator, WhatIsCertainWhateverTheQueuesDisprovesAMean) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 500);
  path.ahead = 2ms;
  path.now += 256s;
  EXPECT_EQ(estimator.add(path.sample()), Outcome::kSuspect);
}

// The offset corresponds to 100 ppm since the last sample that fitted, so the frequency may have stepped.
TEST(SourceEstimator, AStepAfterAWaitMayBeARate) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 500);
  const double before = estimator.frequency_bound(*estimator.at(path.now));
  path.ahead = 102'400us;
  path.now += 1024s;
  estimator.add(path.sample());
  path.now += 2s;
  estimator.add(path.sample());
  path.now += 2s;
  ASSERT_EQ(estimator.add(path.sample()), Outcome::kStepped);
  const double after = estimator.frequency_bound(*estimator.at(path.now));
  EXPECT_LT(before, 1e-6);
  EXPECT_GT(after, 100e-6);
  EXPECT_LT(after, 500e-6);
}

TEST(SourceEstimator, ASecondStepWithinTwoHoursForgetsTheFrequency) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 500);
  for (int steps = 1; steps <= 2; ++steps) {
    path.now += 1000s;
    path.ahead += 10ms;
    path.run(estimator, 3, 2s);
    const double deviation = std::sqrt(estimator.at(path.now)->var_frequency);
    if (steps == 1) {
      EXPECT_LT(deviation, 450e-6);
    } else if (steps == 2) {
      EXPECT_NEAR(deviation, 500e-6, 1e-6);
    }
    path.run(estimator, 200, 16s);
  }
}

// The first suspect had the shortest delay, and the oscillator has drifted for two polls since.
TEST(SourceEstimator, AStepThatAnOlderSampleTellsBestIsOfNow) {
  SourceEstimator estimator;
  Path path{.frequency = 400e-6};
  path.run(estimator, 500);
  path.ahead += 50ms;
  for (const nanoseconds queue : {nanoseconds{0ns}, nanoseconds{500us}, nanoseconds{500us}}) {
    path.now += 64s;
    estimator.add(
        {.at = path.now, .offset = {-path.phase()}, .delay = Delay{200us + queue}, .dispersion = kPrecision});
  }
  EXPECT_LT(magnitude(estimator.at(path.now)->phase - path.phase()), 500us);
}

// Both phases are equally likely, whichever the server showed last.
TEST(SourceEstimator, ABoundReachesToWhatAServerThatGoesToAndFroSaidBefore) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 100);
  for (int steps = 1; steps <= 4; ++steps) {
    path.ahead = steps % 2 == 1 ? 10s : 0s;
    path.run(estimator, 20, 16s);
    const auto bound = estimator.error_bound(path.now)->value;
    EXPECT_EQ(bound >= 10s, steps > 2) << steps;
  }
  path.run(estimator, 480, 16s);
  EXPECT_LT(estimator.error_bound(path.now)->value, 1ms) << "it has stood still for two hours";
}

// No oscillator is off by as much as the liar taught.
TEST(SourceEstimator, AnImpossibleFrequencyIsForgotten) {
  SourceEstimator estimator;
  estimator.seed_frequency({.value = 5e-3, .deviation = 1e-9});
  Path liar{.frequency = 5e-3};
  liar.run(estimator, 100);
  ASSERT_GT(estimator.at(liar.now)->frequency, 4e-3);
  Path path;
  path.now = liar.now;
  path.run(estimator, 30, 4s);
  EXPECT_LT(magnitude(estimator.at(path.now)->phase - path.phase()), 200us);
  EXPECT_NEAR(estimator.at(path.now)->frequency, path.frequency, 20e-6);
  EXPECT_FALSE(estimator.is_suspicious());
}

// The crystal jumped by 400 ppm just before the first suspect, so the step itself is small; but during the 4
// s of the suspects the phase has moved by another 1.6 ms.
TEST(SourceEstimator, WhatSuspectsDriftAmongThemselvesIsARate) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 500);
  path.now += 1024s;
  path.ahead = 2ms;
  EXPECT_EQ(estimator.add(path.sample()), Outcome::kSuspect);
  for (int i = 0; i < 2; ++i) {
    path.now += 2s;
    path.ahead += 800us;
    estimator.add(path.sample());
  }
  ASSERT_FALSE(estimator.is_suspicious());
  // Queues explain only a part of it.
  EXPECT_GT(estimator.frequency_bound(*estimator.at(path.now)), 400e-6);
}

// A query whose reply came 1.5 s late left when the phase was 30 us less, at 20 ppm. While the way back is
// the longer one, the query and not the reply measures the clock.
TEST(SourceEstimator, TheOscillatorDriftsWhileAReplyIsUnderWay) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 500);
  double sum = 0.0;
  constexpr int kLate = 300;
  for (int i = 0; i < kLate; ++i) {
    path.now += 16s;
    OffsetSample late = path.sample();
    const nanoseconds drifted = rounded(path.frequency * Seconds{1.5});
    // T1 is a reading of an oscillator that was ahead by `drifted` less, and the same oscillator measures the
    // delay.
    late.offset.value += drifted / 2 - 750ms;
    late.delay->value += 1500ms + drifted;
    estimator.add(late);
    if (i >= kLate / 3) sum += Seconds{estimator.at(path.now)->phase - path.phase()}.count();
  }
  EXPECT_NEAR(sum / (kLate - kLate / 3), 0.0, 8e-6);
}

TEST(SourceEstimator, TheBoundWidensAtOnceWhileSamplesAreSuspected) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 500);
  path.ahead = 1s;
  path.now += 16s;
  ASSERT_EQ(estimator.add(path.sample()), Outcome::kSuspect);
  EXPECT_GE(estimator.error_bound(path.now)->value, 1s);
  EXPECT_LT(estimator.error_bound(path.now)->value, 1010ms);
  EXPECT_GE(estimator.frequency_bound(*estimator.at(path.now)), 500e-6);
}

TEST(SourceEstimator, AStandingQueueOfOneWayDoesNotMoveTheClockAndIsInTheBound) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 1000);
  for (int i = 0; i < 200; ++i) {
    path.now += 16s;
    estimator.add(longer(path.sample(), 20ms, 0ms));
  }
  EXPECT_LT(magnitude(estimator.at(path.now)->phase - path.phase()), 500us);
  EXPECT_GE(estimator.error_bound(path.now)->value, 10ms);
  EXPECT_LT(estimator.error_bound(path.now)->value, 12ms);
}

// After the phase was forgotten, holdover is no better than the longer route.
TEST(SourceEstimator, ALongerRouteCountsIfThePhaseWasJustForgotten) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 500);
  estimator.forget_phase();
  for (int i = 0; i < 60; ++i) {
    path.now += 16s;
    estimator.add(longer(path.sample(), 10ms, 10ms));
  }
  EXPECT_LT(magnitude(estimator.at(path.now)->phase - path.phase()), 300us);
  EXPECT_NEAR(Seconds{estimator.error_bound(path.now)->value}.count(),
              Seconds{(kBothWays + 20ms) / 2}.count(), 1e-3);
}

TEST(SourceEstimator, ASuspectedSampleHasNoSayAboutTheDelays) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 500);
  const Seconds before = estimator.mean_excess();
  OffsetSample forged = path.sample();
  forged.at += 1s;
  forged.offset.value += 1h;
  forged.delay = Delay{1us};
  ASSERT_EQ(estimator.add(forged), Outcome::kSuspect);
  EXPECT_EQ(estimator.mean_excess(), before);
  path.run(estimator, 10);
  EXPECT_GE(estimator.error_bound(path.now)->value, 95us);
}

TEST(SourceEstimator, ACoarseServersTickIsInTheBound) {
  SourceEstimator estimator;
  Path path;
  for (int i = 0; i < 500; ++i) {
    path.now += 16s;
    OffsetSample sample = path.sample();
    sample.dispersion = {15'600us};
    estimator.add(sample);
  }
  EXPECT_GE(estimator.error_bound(path.now)->value, 15'600us);
}

// The stray sample is explained by neither queues nor the clock, and may be the first of many; the next ones
// tell.
TEST(SourceEstimator, ASurpriseIsFollowedUpUntilItIsSettled) {
  SourceEstimator estimator;
  Path path;
  path.run(estimator, 1000);
  ASSERT_FALSE(estimator.is_curious());
  ASSERT_TRUE(estimator.is_tolerable(path.now, 16s, 0.5));
  path.now += 16s;
  OffsetSample stray = path.sample();
  stray.delay = Delay{kBothWays};
  stray.offset.value = -path.phase().count() * 1ns + 300us;
  estimator.add(stray);
  EXPECT_TRUE(estimator.is_curious());
  EXPECT_FALSE(estimator.is_tolerable(path.now, 16s, 0.5));
  for (int i = 0; i < 20; ++i) path.run(estimator, 1, 2s);
  EXPECT_FALSE(estimator.is_curious());
  EXPECT_FALSE(estimator.is_tolerable(path.now, 16s, 0.5));
  path.run(estimator, 3 * 3600 / 16 + 1);
  EXPECT_TRUE(estimator.is_tolerable(path.now, 16s, 0.5));
}

}  // namespace
}  // namespace isletime::source_estimator_test
