// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/control_law.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "libsync/hub/discipline/free_time.hpp"

namespace isletime::control_law_test {
namespace {

using namespace std::chrono_literals;

constexpr nanoseconds kPoll = 64s;
constexpr bool kFirst = false;
constexpr bool kSynchronised = true;

Correction corrected(const ClockError& error, nanoseconds until_next, bool was_synchronised,
                     const ControlLimits& limits = {}) {
  const auto correction = correct(error, until_next, was_synchronised, limits);
  EXPECT_TRUE(correction.has_value());
  return correction ? *correction : Correction{};
}

double removed(const Slew& slew) {
  return slew.rate * Seconds{slew.duration}.count();
}

TEST(ControlLaw, TakesTheFrequencyOff) {
  const auto c = corrected({.phase = 0ns, .frequency = 20e-6}, kPoll, kSynchronised);
  EXPECT_DOUBLE_EQ(c.rate, -20e-6);
  EXPECT_FALSE(c.slew.has_value());
  EXPECT_FALSE(c.step.has_value());
}

TEST(ControlLaw, ASmallErrorIsSlewedWithinAQuarterOfTheWait) {
  const auto c = corrected({.phase = 16us}, kPoll, kSynchronised);
  EXPECT_EQ(c.slew->duration, 16s);
  EXPECT_DOUBLE_EQ(c.slew->rate, -1e-6);
}

TEST(ControlLaw, AClockThatIsBehindIsTurnedFaster) {
  const auto c = corrected({.phase = -16us}, kPoll, kSynchronised);
  EXPECT_DOUBLE_EQ(c.slew->rate, 1e-6);
}

TEST(ControlLaw, ASecondIsSlewedAwayWithin100SecondsAtAnyPoll) {
  for (const nanoseconds poll : {1s, 16s, 64s, 1024s, 131'072s}) {
    for (const double frequency : {0.0, 500e-6, -500e-6}) {
      const auto c = corrected({.phase = 1s, .frequency = frequency}, poll, kSynchronised);
      EXPECT_NEAR(removed(*c.slew), -1.0, 1e-9);
      EXPECT_LE(c.slew->duration, 100s);
      EXPECT_LE(std::abs(c.slew->rate + c.rate), 0.1);
    }
  }
}

TEST(ControlLaw, NoSlewExceedsWhatTheKernelCanDo) {
  const auto c = corrected({.phase = 900s, .frequency = 400e-6}, kPoll, kSynchronised);
  EXPECT_LE(std::abs(c.slew->rate + c.rate), 0.1);
  EXPECT_NEAR(removed(*c.slew), -900.0, 1e-6);
}

TEST(ControlLaw, StepsALargeErrorBeforeTheFirstSync) {
  const auto c = corrected({.phase = 3600s, .frequency = 1e-6}, kPoll, kFirst);
  EXPECT_EQ(c.step->value, -3600s);
  EXPECT_FALSE(c.slew.has_value());
  EXPECT_DOUBLE_EQ(c.rate, -1e-6);
}

TEST(ControlLaw, SlewsWhatIsBelowTheStepThreshold) {
  EXPECT_FALSE(corrected({.phase = 100ms}, kPoll, kFirst).step.has_value());
  EXPECT_TRUE(corrected({.phase = 101ms}, kPoll, kFirst).step.has_value());
  EXPECT_TRUE(corrected({.phase = -101ms}, kPoll, kFirst).step.has_value());
}

TEST(ControlLaw, NeverStepsAfterTheFirstSyncUnlessAllowed) {
  ControlLimits limits;
  EXPECT_FALSE(corrected({.phase = 10s}, kPoll, kSynchronised, limits).step.has_value());
  limits.step.at_any_time = true;
  EXPECT_TRUE(corrected({.phase = 10s}, kPoll, kSynchronised, limits).step.has_value());
}

TEST(ControlLaw, NeverStepsWithoutAThreshold) {
  ControlLimits limits;
  limits.step = {.threshold = std::nullopt, .at_any_time = true};
  const auto c = corrected({.phase = 1h}, kPoll, kFirst, limits);
  EXPECT_FALSE(c.step.has_value());
  EXPECT_TRUE(c.slew.has_value());
}

TEST(ControlLaw, PanicsAboveTheLimitOnceSynchronised) {
  EXPECT_TRUE(correct({.phase = 1000s}, kPoll, kSynchronised, {}).has_value());
  const auto refused = correct({.phase = -1000s - 1ns}, kPoll, kSynchronised, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), ControlRefusal::kPanic);
}

// The panic threshold holds even if steps are allowed at any time.
TEST(ControlLaw, PanicsRatherThanSteps) {
  ControlLimits limits;
  limits.step.at_any_time = true;
  EXPECT_FALSE(correct({.phase = 2000s}, kPoll, kSynchronised, limits).has_value());
}

// A clock that was never set may be wrong by any number of years.
TEST(ControlLaw, DoesNotPanicBeforeTheFirstSync) {
  EXPECT_TRUE(corrected({.phase = -50 * 365 * 24h}, kPoll, kFirst).step.has_value());
}

TEST(ControlLaw, AbsurdErrorsStayInRange) {
  ControlLimits limits;
  limits.step.threshold = std::nullopt;
  for (const nanoseconds phase : {nanoseconds::min(), nanoseconds::max()}) {
    for (const double frequency : {-1e9, 1e9}) {
      const auto c = corrected({.phase = phase, .frequency = frequency}, nanoseconds::max(), kFirst, limits);
      EXPECT_LE(std::abs(c.rate + c.slew->rate), 0.1);
      EXPECT_GT(c.slew->duration, 0s);
    }
  }
  EXPECT_EQ(corrected({.phase = nanoseconds::min()}, kPoll, kFirst).step->value, nanoseconds::max());
}

TEST(ControlLaw, AWaitThatIsOverGetsTheShortestSlew) {
  const auto c = corrected({.phase = 1us}, -5s, kSynchronised);
  EXPECT_EQ(c.slew->duration, 1s);
}

}  // namespace
}  // namespace isletime::control_law_test
