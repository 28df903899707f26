// SPDX-License-Identifier: MIT
#include "libsync/analysis/holdover.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace isletime::analysis::holdover_test {
namespace {

constexpr double kLong = 1e9;

DriftPosterior known(double rate, double rate_deviation, double reading_variance, double white, double walk) {
  return {{{1.0, rate, reading_variance, white, walk, 0.0, 0.0, 1.0}},
          1e6,
          {{1.0, rate, rate_deviation * rate_deviation, white, walk, true}}};
}

TEST(Holdover, AKnownRateReachesTheToleranceInItsTime) {
  const auto posterior = known(1e-5, 0.0, 0.0, 0.0, 0.0);
  EXPECT_NEAR(time_within(posterior, Holdover::kUncorrected, {1.0, 0.95}, 0.0, kLong), 1e5, 1.0);
  EXPECT_EQ(time_within(posterior, Holdover::kCorrected, {1.0, 0.95}, 0.0, kLong), kLong);
}

TEST(Holdover, AnUnknownRateCountsByItsDeviation) {
  const auto posterior = known(0.0, 1e-6, 0.0, 0.0, 0.0);
  // 95 % of a normal distribution lie within 1.96 deviations.
  EXPECT_NEAR(time_within(posterior, Holdover::kCorrected, {1.0, 0.95}, 0.0, kLong), 1e6 / 1.96, 1e3);
}

TEST(Holdover, AWalkCountsByThePowerOfThreeHalves) {
  const auto posterior = known(0.0, 0.0, 0.0, 0.0, 1e-18);
  // 1.96 * sqrt(1.3 * 1e-18 * t^3 / 3) = 1: some clocks are beyond the tolerance before the end.
  const double expected = std::cbrt(3e18 / (1.3 * 1.96 * 1.96));
  EXPECT_NEAR(time_within(posterior, Holdover::kUncorrected, {1.0, 0.95}, 0.0, kLong), expected,
              0.005 * expected);
}

TEST(Holdover, ASyncThatIsWorseThanTheToleranceGivesNoTime) {
  const auto posterior = known(1e-6, 0.0, 0.0, 0.0, 0.0);
  EXPECT_EQ(time_within(posterior, Holdover::kUncorrected, {1.0, 0.95}, 2.0, kLong), 0.0);
}

TEST(Holdover, ReadingsAloneTakeALengthToThePowerOfThreeHalves) {
  // The slope of n even readings over T has a variance of 12 s^2 / (n T^2).
  const auto posterior = known(0.0, 0.0, 1e-6, 0.0, 0.0);
  const double length = length_needed(posterior, {1e-7, 0.95, 60.0, 0.0}, kLong);
  EXPECT_NEAR(1.96 * std::sqrt(12.0 * 1e-6 * 60.0 / (length * length * length)), 1e-7, 0.2e-7);
}

TEST(Holdover, NoLengthIsEnoughForARateThatWandersMore) {
  EXPECT_TRUE(std::isinf(length_needed(known(0.0, 0.0, 1e-6, 0.0, 1e-14), {1e-7, 0.95, 60.0, 0.0}, kLong)));
}

// A walk of 1e-9 a root second leaves the rate uncertain by 0.6e-9 times the root of the length.
TEST(Holdover, ALongRecordOfAWanderingClockIsNotMendedByMoreOfIt) {
  const auto posterior = known(0.0, 0.0, 1e-12, 0.0, 1e-18);
  EXPECT_LT(length_needed(posterior, {1e-6, 0.95, 60.0, 0.0}, kLong), 1e5);
  EXPECT_TRUE(std::isinf(length_needed(posterior, {1e-6, 0.95, 60.0, 1e6}, kLong)));
}

TEST(Holdover, NoLengthAveragesFlickerFrequencyNoiseOut) {
  auto posterior = known(0.0, 0.0, 1e-6, 0.0, 0.0);
  posterior.hypotheses.front().flicker_frequency = 1e-14;
  EXPECT_TRUE(std::isinf(length_needed(posterior, {1e-7, 0.95, 60.0, 0.0}, kLong)));
  EXPECT_LT(length_needed(posterior, {4e-7, 0.95, 60.0, 0.0}, kLong), 1e6);
}

TEST(Holdover, AShortRecordIsNoProofThatAClockWandersAsNoQuartzDoes) {
  EXPECT_LT(length_needed(known(0.0, 0.0, 1e-12, 0.0, 1e-8), {2e-6, 0.95, 0.2, 3.0}, kLong), 3600.0);
}

TEST(Holdover, WhatTheRecordCouldNotShowShortensTheWindow) {
  const auto posterior = known(0.0, 0.0, 0.0, 0.0, 0.0);
  const auto within = [&](const Unseen& unseen) {
    return time_within(posterior, Holdover::kCorrected, {1.0, 0.95, unseen}, 0.0, kLong);
  };
  EXPECT_NEAR(within({.rate = 1e-6}), 1e6 / 1.96, 1e3);
  const double aged = std::sqrt(2e13 / 1.96);
  EXPECT_NEAR(within({.ageing = 1e-13}), aged, 0.005 * aged);
  const double walked = 1e5 + std::cbrt(3e18 / (1.96 * 1.96));
  EXPECT_NEAR(within({.walk = 1e-9, .walk_from_s = 1e5}), walked, 0.005 * walked);
}

TEST(Holdover, AWalkThatTheRecordHardlyShowsIsThoughtTwentyTimesLikelier) {
  auto posterior = known(0.0, 0.0, 0.0, 0.0, 0.0);
  posterior.rates = {{20.0 / 21.0, 0.0, 0.0, 0.0, 0.0, true}, {1.0 / 21.0, 0.0, 0.0, 0.0, 1e-18, true}};
  // Half of the clocks walk, of which 90 % lie within 1.645 deviations.
  const double expected = std::cbrt(3e18 / (1.3 * 1.645 * 1.645));
  EXPECT_NEAR(time_within(posterior, Holdover::kCorrected, {1.0, 0.95}, 0.0, kLong), expected,
              0.005 * expected);
}

TEST(Holdover, TheRateAtTheEndOfTheRecordCountsIfItIsLessWellKnown) {
  auto posterior = known(0.0, 0.0, 0.0, 0.0, 0.0);
  posterior.rates = {{0.99, 0.0, 1e-16, 0.0, 0.0, false}, {0.01, 0.0, 1e-12, 0.0, 0.0, true}};
  EXPECT_NEAR(time_within(posterior, Holdover::kCorrected, {1.0, 0.95}, 0.0, kLong), 1e6 / 1.96, 1e3);
}

}  // namespace
}  // namespace isletime::analysis::holdover_test
