// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/phase_filter.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace isletime::phase_filter_test {
namespace {

constexpr FilterModel kNormal{.wander = 1e-9, .noise = NoiseKind::kNormal, .softness = 0.35};
constexpr FilterModel kSharpBox{.wander = 1e-9, .noise = NoiseKind::kBox, .softness = 0.03};

Observation observed(double phase, double half_width) {
  return {.phase = phase, .half_width = half_width, .mean_excess = 1e-3, .precision = 1e-7};
}

FilterState settled() {
  return {.phase = 0.0, .frequency = 0.0, .var_phase = 1e-6, .covariance = 1e-10, .var_frequency = 1e-12};
}

TEST(PhaseFilter, AFrequencyMovesThePhase) {
  const FilterState then = predicted({.phase = 1.0, .frequency = 1e-5}, 0.0, 100.0);
  EXPECT_DOUBLE_EQ(then.phase, 1.001);
  EXPECT_DOUBLE_EQ(then.frequency, 1e-5);
}

// The integral of white noise of density w^2 has variance w^2 T, and its own integral w^2 T^3 / 3.
TEST(PhaseFilter, AWanderingFrequencyMakesThePhaseUncertain) {
  const FilterState then = predicted({}, 2.0, 3.0);
  EXPECT_DOUBLE_EQ(then.var_frequency, 12.0);
  EXPECT_DOUBLE_EQ(then.covariance, 18.0);
  EXPECT_DOUBLE_EQ(then.var_phase, 36.0);
}

TEST(PhaseFilter, TwoShortPredictionsAreOneLongOne) {
  const FilterState once = predicted(settled(), 1e-8, 100.0);
  const FilterState twice = predicted(predicted(settled(), 1e-8, 30.0), 1e-8, 70.0);
  EXPECT_NEAR(twice.var_phase, once.var_phase, 1e-18);
  EXPECT_NEAR(twice.covariance, once.covariance, 1e-20);
  EXPECT_NEAR(twice.var_frequency, once.var_frequency, 1e-24);
}

// With noise of 0.35 ms and a prior of 1 ms the gain is 1 / (1 + 0.1225); the frequency follows by the
// covariance.
TEST(PhaseFilter, NormalNoiseGivesTheKalmanFilter) {
  FilterState state = settled();
  observe(state, kNormal, observed(1e-3, 0.0));
  const double gain = 1.0 / 1.1225;
  // The sample might be an outlier, which reduces the gain a little.
  EXPECT_NEAR(state.phase, gain * 1e-3, 1e-6);
  EXPECT_NEAR(state.frequency, 1e-4 * state.phase, 1e-15);
  EXPECT_NEAR(state.var_phase, (1.0 - gain) * 1e-6, 1e-8);
}

// The box prefers no place within it.
TEST(PhaseFilter, WithinAWideBoxThePhaseStays) {
  FilterState state = {.phase = 0.2e-3, .var_phase = 1e-10};
  observe(state, kSharpBox, observed(0.0, 1e-3));
  EXPECT_NEAR(state.phase, 0.2e-3, 1e-6);
}

TEST(PhaseFilter, ANarrowBoxFixesThePhase) {
  FilterState state = settled();
  observe(state, kSharpBox, observed(0.7e-3, 0.0));
  EXPECT_NEAR(state.phase, 0.7e-3, 1e-6);
  EXPECT_LT(std::sqrt(state.var_phase), 0.1e-3);
}

// A sample far from the estimate is more likely to be an outlier.
TEST(PhaseFilter, AnOutlierHardlyMovesAnything) {
  FilterState state = {.phase = 0.0, .var_phase = 1e-12, .var_frequency = 1e-18};
  observe(state, kSharpBox, observed(1.0, 1e-3));
  EXPECT_LT(std::abs(state.phase), 1e-6);
}

TEST(PhaseFilter, WhatWasForetoldIsLikelier) {
  FilterState near = settled();
  FilterState far = settled();
  EXPECT_GT(observe(near, kNormal, observed(0.1e-3, 0.0)).log_likelihood,
            observe(far, kNormal, observed(3e-3, 0.0)).log_likelihood);
}

TEST(PhaseFilter, CertaintyNeverGrowsBeyondReasonAtOnce) {
  FilterState state = {.var_phase = 1.0};
  observe(state, kSharpBox, {.phase = 0.0, .half_width = 0.0, .mean_excess = 1e-6, .precision = 1e-7});
  EXPECT_GE(state.var_phase, 1e-4);
}

// The same bound again from a source with a constant error adds no information.
TEST(PhaseFilter, ABoundRepeatedIsNotAveraged) {
  const Observation bound = {
      .phase = 0.0, .half_width = 0.5, .mean_excess = 0.5, .precision = 1e-7, .is_bound = true};
  FilterState state = {.var_phase = 1.0};
  observe(state, kNormal, bound);
  const double once = state.var_phase;
  for (int i = 0; i < 3; ++i) observe(state, kNormal, bound);
  EXPECT_GT(state.var_phase, once / 4);
}

// The round trip exceeds the minimum by 20 mean excesses; ordinary queues cause that once in 10^7 times. The
// clock is known to 0.1 ms.
Observation congested(double phase, CongestionKind kind) {
  Observation o = observed(phase, 10e-3);
  o.congestion = {};
  o.congestion[static_cast<std::size_t>(kind)] = 1.0;
  return o;
}

constexpr FilterState kKnown{.var_phase = 1e-8, .var_frequency = 1e-18};

double likelihood(double phase, CongestionKind kind) {
  FilterState state = kKnown;
  return observe(state, kSharpBox, congested(phase, kind)).log_likelihood;
}

// A queue on the way back delays the reply, so the measured phase, local - true, is too high by half of the
// queue.
TEST(PhaseFilter, AQueueOnOneWayPutsTheClockAtThatEdgeOfTheBox) {
  EXPECT_GT(likelihood(9.5e-3, CongestionKind::kHomeward), likelihood(5e-3, CongestionKind::kHomeward) + 3);
  EXPECT_GT(likelihood(9.5e-3, CongestionKind::kHomeward),
            likelihood(-9.5e-3, CongestionKind::kHomeward) + 10);
  EXPECT_GT(likelihood(-9.5e-3, CongestionKind::kOutward), likelihood(9.5e-3, CongestionKind::kOutward) + 10);
}

TEST(PhaseFilter, WhatIsLongerOnBothWaysPutsTheClockAtTheCentre) {
  EXPECT_GT(likelihood(0.0, CongestionKind::kBothWays), likelihood(5e-3, CongestionKind::kBothWays) + 10);
}

TEST(PhaseFilter, UnknownCongestionSaysOnlyThatTheClockIsInTheBox) {
  EXPECT_NEAR(likelihood(0.0, CongestionKind::kUnknown), likelihood(8e-3, CongestionKind::kUnknown), 1e-3);
  EXPECT_LT(likelihood(15e-3, CongestionKind::kUnknown), likelihood(0.0, CongestionKind::kUnknown) - 3);
}

TEST(PhaseFilter, TellsWhichKindOfCongestionExplainsASample) {
  const auto kind_of = [](double phase) {
    FilterState state = kKnown;
    const Evidence evidence = observe(state, kSharpBox, observed(phase, 10e-3));
    const auto likeliest = std::max_element(evidence.congestion.begin(), evidence.congestion.end());
    return static_cast<CongestionKind>(likeliest - evidence.congestion.begin());
  };
  EXPECT_EQ(kind_of(9.8e-3), CongestionKind::kHomeward);
  EXPECT_EQ(kind_of(-9.8e-3), CongestionKind::kOutward);
  EXPECT_EQ(kind_of(0.1e-3), CongestionKind::kBothWays);
  EXPECT_EQ(kind_of(5e-3), CongestionKind::kUnknown);
}

// The shortest round trip has met no queue, whatever the earlier ones met.
TEST(PhaseFilter, AShortRoundTripHasNoCongestionToExplain) {
  FilterState state = kKnown;
  Observation o = observed(0.1e-3, 0.01e-3);
  o.congestion = {0.0, 0.0, 1.0, 0.0};
  const Evidence evidence = observe(state, kSharpBox, o);
  EXPECT_LT(evidence.congestion[static_cast<std::size_t>(CongestionKind::kHomeward)], 1e-3);
}

TEST(PhaseFilter, TellsHowLikelyASampleIsAnOutlier) {
  FilterState state = kKnown;
  EXPECT_LT(observe(state, kSharpBox, observed(0.2e-3, 0.5e-3)).outlier, 0.01);
  state = kKnown;
  EXPECT_GT(observe(state, kSharpBox, observed(5e-3, 0.5e-3)).outlier, 0.99);
}

TEST(PhaseFilter, ALooserFrequencyKeepsItsValue) {
  FilterState state = settled();
  loosen_frequency(state, 3e-6);
  EXPECT_EQ(state.frequency, settled().frequency);
  EXPECT_DOUBLE_EQ(state.var_frequency, 1e-12 + 9e-12);
}

// The limit is 6 deviations of 1 ms, the box of 1 ms and 3 mean excesses of 1 ms: 10 ms, and a little for the
// softness.
TEST(PhaseFilter, InconsistentIsWhatNeitherClockNorQueueExplains) {
  EXPECT_TRUE(is_consistent(settled(), kSharpBox, observed(9.9e-3, 1e-3)));
  EXPECT_FALSE(is_consistent(settled(), kSharpBox, observed(10.1e-3, 1e-3)));
  EXPECT_FALSE(is_consistent(settled(), kSharpBox, observed(-10.1e-3, 1e-3)));
}

TEST(PhaseFilter, APhaseKnownAfreshKeepsTheFrequency) {
  FilterState state = settled();
  state.frequency = 3e-6;
  set_phase(state, 5.0, 4e-6);
  EXPECT_EQ(state.phase, 5.0);
  EXPECT_EQ(state.var_phase, 4e-6);
  EXPECT_EQ(state.covariance, 0.0);
  EXPECT_EQ(state.frequency, 3e-6);
  EXPECT_EQ(state.var_frequency, 1e-12);
}

}  // namespace
}  // namespace isletime::phase_filter_test
