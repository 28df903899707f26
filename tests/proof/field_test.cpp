// SPDX-License-Identifier: MIT
// Tests the promises of driftlog fit on records of an independent generator, a few of each kind; field_table
// tries more. Seeds are fixed, so that a result is the same on every run.
#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

#include "tests/proof/field_outcome.hpp"

namespace isletime::proof::field_test {
namespace {

constexpr int kRuns = 60;
// Of 200 records, chance moves the ratio by an eighth: these kinds are near the bounds.
constexpr int kManyRuns = 200;

FieldOutcome try_named(std::string_view name, int runs = kRuns) {
  for (const FieldPlan& plan : field_plans()) {
    if (plan.name == name) return try_field(plan, runs, 1);
  }
  ADD_FAILURE() << name;
  return {};
}

// By chance, one kind in 1000 whose intervals are of 95 % holds less than 85 % of 60.
constexpr double kLeastHeld = 85.0;

void expect_honest(const Held& held, const std::string& name) {
  EXPECT_GE(held.percent(), kLeastHeld) << name;
  EXPECT_GE(held.width_ratio(), 0.5) << name;
  EXPECT_LE(held.width_ratio(), 2.0) << name;
}

void expect_both_honest(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const FieldOutcome outcome = try_named(name, kManyRuns);
    EXPECT_EQ(outcome.rated, kManyRuns) << name;
    expect_honest(outcome.mean, std::string{name} + ", mean");
    expect_honest(outcome.once, std::string{name} + ", once");
  }
}

TEST(Field, BothIntervalsHoldAndAreHonestlyWideWhateverTheReadingsNoise) {
  expect_both_honest({"white phase", "white phase, bounds", "white phase, 30 rows", "flicker phase",
                      "one-sided outliers, 5 %", "one-sided outliers, 20 %", "changing servers", "Wi-Fi",
                      "Wi-Fi, no bounds", "1 ms readings"});
}

TEST(Field, BothIntervalsHoldAndAreHonestlyWideWhateverTheClocksNoise) {
  expect_both_honest({"random-walk phase", "white frequency", "flicker frequency", "flicker frequency, fine",
                      "random-walk frequency", "random-walk frequency, weak", "seconds, a walk",
                      "ageing, 2 days"});
}

TEST(Field, WholeSecondsHoldWhateverTheTimeColumnIsRoundedTo) {
  for (const char* name :
       {"seconds, exact times", "seconds, times of 10 ms", "seconds, times of 1 s",
        "seconds, stamped at the request", "seconds, 3 ppm, times of 10 ms", "seconds, 3 ppm, times of 1 s",
        "seconds, 3 ppm, at the request", "seconds, no bounds"}) {
    const FieldOutcome outcome = try_named(name);
    EXPECT_EQ(outcome.with_faults, 0) << name;
    expect_honest(outcome.mean, name);
  }
}

// Which of the two it is shows in few of them, and the interval of white noise may not be too wide either.
TEST(Field, ThirtyReadingsWithFlickerNoiseGiveAMeanRateThatIsNotTwiceTooNarrow) {
  const FieldOutcome outcome = try_named("flicker phase, 30 rows", kManyRuns);
  EXPECT_GE(outcome.mean.width_ratio(), 0.5);
  expect_honest(outcome.once, "once");
}

// The record is taken for one of white frequency noise where the walk bends it little by chance. What is
// promised is 93 %, which chance moves by 2 in 200 records.
TEST(Field, WindowsHoldForAWalkThatWasReadThirtyTimes) {
  const FieldOutcome outcome = try_named("walk of 5e-9, 30 rows", kManyRuns);
  EXPECT_GE(outcome.corrected.percent(), 91.0);
  EXPECT_GE(outcome.window.percent(), 91.0);
}

TEST(Field, HeldAndRepeatedRowsNeitherNarrowNorWiden) {
  const double plain = try_named("white phase").mean.half_width();
  const FieldOutcome repeated = try_named("each row twice");
  EXPECT_NEAR(repeated.mean.half_width() / plain, 1.0, 1e-9);
  const FieldOutcome held = try_named("held for 6 rows");
  EXPECT_NEAR(held.mean.half_width() / plain, 1.0, 0.1);
  expect_honest(held.mean, "held");
}

TEST(Field, WindowsHoldForEveryKindOfClock) {
  int claimed = 0;
  int held = 0;
  for (const FieldPlan& plan : field_plans()) {
    const FieldOutcome outcome = try_field(plan, kRuns / 3, 2000, {0.1, 0.3, 1.0, 5.0});
    for (const Windows& windows : {outcome.window, outcome.corrected}) {
      EXPECT_GE(windows.percent(), 80.0) << plan.name;
      claimed += windows.claimed;
      held += windows.held;
      for (const double length : windows.lengths) {
        EXPECT_GT(length, 600.0) << plan.name;
        EXPECT_LT(length, 365.0 * 86'400.0) << plan.name;
      }
    }
  }
  EXPECT_GE(held, 0.97 * claimed);
}

}  // namespace
}  // namespace isletime::proof::field_test
