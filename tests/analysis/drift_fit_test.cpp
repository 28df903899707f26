// SPDX-License-Identifier: MIT
#include "libsync/analysis/drift_fit.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/analysis/records.hpp"

namespace isletime::analysis::drift_fit_test {
namespace {

constexpr double kPpm = 1e-6;

Simulation quartz() {
  Simulation plan;
  plan.clock = {11.7, 0.01, 0.001, 0.0};
  plan.reading = {0.002, 0.0005, SimulatedResolution::kFine};
  return plan;
}

double half_width(const DriftFit& fit) {
  return (fit.interval.high - fit.interval.low) / 2.0;
}

TEST(DriftFit, NothingIsSaidOfNoRows) {
  EXPECT_EQ(fit_drift({}, {}).verdict, FitVerdict::kTooFewRows);
}

TEST(DriftFit, NothingIsSaidOfAFewRowsButHowLongToRun) {
  const auto fit = fit_drift(steady_rows(9, 60.0, 5 * kPpm, 1e-4), {});
  EXPECT_EQ(fit.verdict, FitVerdict::kTooFewRows);
  ASSERT_TRUE(fit.run_for_s);
  EXPECT_GE(*fit.run_for_s, 600.0);
}

TEST(DriftFit, NothingIsSaidOfRowsOfOneInstant) {
  EXPECT_EQ(fit_drift(steady_rows(100, 0.0, 0.0, 1e-4), {}).verdict, FitVerdict::kTooFewRows);
}

TEST(DriftFit, NothingIsConcludedFromOneInstantAndARowLater) {
  auto rows = steady_rows(100, 0.0, 0.0, 1e-4);
  rows.back().time_s = 60.0;
  rows.back().offset_s = 5.0;
  EXPECT_NE(fit_drift(rows, {}).verdict, FitVerdict::kConclusive);
}

TEST(DriftFit, FindsTheRateOfASteadyClock) {
  const auto fit = fit_drift(steady_rows(1441, 60.0, -35 * kPpm, 1e-4), {});
  EXPECT_EQ(fit.verdict, FitVerdict::kConclusive);
  EXPECT_NEAR(fit.rate, -35 * kPpm, 1e-3 * kPpm);
  EXPECT_LE(fit.interval.low, -35 * kPpm);
  EXPECT_GE(fit.interval.high, -35 * kPpm);
  EXPECT_NEAR(fit.residuals.rms_s, 1e-4, 1e-5);
}

TEST(DriftFit, AClockThatWandersHasAWiderIntervalThanOneThatDoesNot) {
  Simulation plan = quartz();
  plan.clock.walk_ppm = 0.0;
  const auto still = fit_drift(simulated_rows(plan), {});
  plan.clock.walk_ppm = 0.001;
  const auto wandering = fit_drift(simulated_rows(plan), {});
  EXPECT_GT(half_width(wandering), 20.0 * half_width(still));
}

TEST(DriftFit, OutliersAreNamedAndDoNotMoveTheRate) {
  auto rows = steady_rows(500, 60.0, 5 * kPpm, 1e-4);
  rows[100].offset_s += 0.5;
  rows[499].offset_s -= 7.0;
  const auto fit = fit_drift(rows, {});
  EXPECT_EQ(fit.outliers, (std::vector<std::size_t>{100, 499}));
  EXPECT_NEAR(fit.rate, 5 * kPpm, 0.01 * kPpm);
}

TEST(DriftFit, StepsAreFoundSizedAndFittedAcross) {
  auto rows = steady_rows(900, 60.0, 5 * kPpm, 1e-4);
  for (std::size_t i = 300; i < 900; ++i) rows[i].offset_s += 2.0;
  for (std::size_t i = 700; i < 900; ++i) rows[i].offset_s -= 0.01;
  const auto fit = fit_drift(rows, {});
  ASSERT_EQ(fit.steps.size(), 2U);
  EXPECT_EQ(fit.steps[0].row, 300U);
  EXPECT_NEAR(fit.steps[0].size_s, 2.0, 3e-3);
  EXPECT_EQ(fit.steps[1].row, 700U);
  EXPECT_NEAR(fit.steps[1].size_s, -0.01, 3e-3);
  EXPECT_NEAR(fit.rate, 5 * kPpm, 0.02 * kPpm);
  ASSERT_EQ(fit.segments.size(), 3U);
  EXPECT_EQ(fit.segments[1].rows, 400U);
  ASSERT_TRUE(fit.segments[1].rate);
  EXPECT_NEAR(*fit.segments[1].rate, 5 * kPpm, 0.05 * kPpm);
}

TEST(DriftFit, AMarkSplitsEvenWhereNoStepIsSeen) {
  auto rows = steady_rows(400, 60.0, 5 * kPpm, 1e-4);
  rows[200].is_marked = true;
  const auto fit = fit_drift(rows, {});
  ASSERT_EQ(fit.steps.size(), 1U);
  EXPECT_EQ(fit.steps[0].row, 200U);
  EXPECT_TRUE(fit.steps[0].is_marked);
}

TEST(DriftFit, LooseRowsWeighLessThanTightOnes) {
  SeededRandom random(3);
  auto rows = steady_rows(1000, 60.0, 5 * kPpm, 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double bound = i % 2 == 0 ? 1e-4 : 1e-1;
    rows[i].uncertainty_s = bound;
    rows[i].offset_s += bound * (2.0 * random.uniform() - 1.0);
  }
  const auto fit = fit_drift(rows, {});
  // 500 rows of a deviation of 1e-4 / sqrt(3) give 5e-10; as many rows of a thousand times that deviation,
  // 5e-7.
  EXPECT_LT(half_width(fit), 0.05 * kPpm);
  EXPECT_NEAR(fit.rate, 5 * kPpm, 0.01 * kPpm);
}

// Where the confidence is so high that its tail is less than the weight of all the hypotheses that were
// dropped, the interval is as wide as can be.
TEST(DriftFit, AHigherConfidenceNeverNarrowsTheInterval) {
  SeededRandom random(4);
  auto rows = steady_rows(200, 60.0, 5 * kPpm, 0.0);
  for (auto& row : rows) row.offset_s += 1e-3 * random.normal();
  double narrower = 0.0;
  for (const double confidence : {0.5, 0.95, 0.9999, 0.99999, 0.999999, 0.9999999}) {
    FitQuestion question;
    question.confidence = confidence;
    const auto fit = fit_drift(rows, question);
    EXPECT_GT(half_width(fit), narrower) << confidence;
    EXPECT_LE(fit.mean_interval.low, fit.rate) << confidence;
    EXPECT_GE(fit.mean_interval.high, fit.rate) << confidence;
    narrower = half_width(fit);
  }
}

TEST(DriftFit, AStaircaseOfWholeSecondsIsNoProofThatAClockStandsStill) {
  // 2 ppm gain 0.17 s a day: on most days a clock that is read to the second shows nothing of it.
  auto rows = steady_rows(1441, 60.0, 0.0, 0.0);
  for (auto& row : rows) row.uncertainty_s = 0.5;
  const auto fit = fit_drift(rows, {});
  EXPECT_TRUE(fit.is_by_bounds);
  EXPECT_LE(fit.interval.low, -2 * kPpm);
  EXPECT_GE(fit.interval.high, 2 * kPpm);
  EXPECT_EQ(fit.verdict, FitVerdict::kTooShort);
  ASSERT_TRUE(fit.run_for_s);
  EXPECT_GT(*fit.run_for_s, 2 * 86'400.0);
}

TEST(DriftFit, TheStaircaseIsSeenWithoutAnyBoundGiven) {
  const auto fit = fit_drift(steady_rows(1441, 60.0, 0.0, 0.0), {});
  EXPECT_TRUE(fit.is_by_bounds);
  EXPECT_GE(half_width(fit), 5 * kPpm);
}

TEST(DriftFit, TemperatureIsToldFromDrift) {
  Simulation plan = quartz();
  plan.clock.temperature_ppm_per_c = -0.04;
  plan.clock.walk_ppm = 1e-5;
  plan.room = {true, 20.0, 5.0};
  plan.duration_s = 3.0 * 86'400.0;
  plan.interval_s = 300.0;
  const auto fit = fit_drift(simulated_rows(plan), {});
  ASSERT_TRUE(fit.temperature);
  EXPECT_NEAR(fit.temperature->per_degree.value, -0.04 * kPpm, 0.005 * kPpm);
  EXPECT_NEAR(fit.temperature->mean_c, 20.0, 0.1);
  EXPECT_NEAR(fit.rate, 11.7 * kPpm, 0.1 * kPpm);
}

TEST(DriftFit, ReadingsThatRepeatAreFittedWithATemperatureToo) {
  std::vector<ClockRow> rows;
  for (int i = 0; i < 100; ++i)
    rows.push_back({i * 60.0, i * 0.003 + (i % 7) * 1e-5, 0.001, 20.0 + static_cast<double>(i / 10), false});
  const auto fit = fit_drift(rows, {});
  EXPECT_NEAR(fit.rate, 50 * kPpm, 0.1 * kPpm);
  EXPECT_LT(half_width(fit), 0.1 * kPpm);
}

TEST(DriftFit, TheWindowIsWhatTheDriftTakesToReachTheTolerance) {
  FitQuestion question;
  question.tolerance_s = 0.5;
  const auto fit = fit_drift(steady_rows(10'000, 60.0, 10 * kPpm, 1e-4), question);
  EXPECT_NEAR(fit.window.seconds, 50'000.0, 500.0);
  EXPECT_FALSE(fit.window.is_beyond_record);
  EXPECT_NEAR(fit.resync_s, fit.window.seconds / 2.0, 1.0);
  EXPECT_GT(fit.corrected_window.seconds, fit.window.seconds);
}

TEST(DriftFit, AWindowLongerThanTheRecordIsSaidToBe) {
  const auto fit = fit_drift(steady_rows(1441, 60.0, 1 * kPpm, 1e-4), {});
  EXPECT_GT(fit.window.seconds, fit.span_s);
  EXPECT_TRUE(fit.window.is_beyond_record);
}

// A clock of +3 ppm that shows whole seconds, whose edge falls where the two days of the record are.
TEST(DriftFit, AJumpOfASecondWithinTheBoundsIsNoStep) {
  for (const double rounding : {0.01, 1.0}) {
    std::vector<ClockRow> rows;
    for (int i = 0; i < 2880; ++i) {
      const double time = i * 60.0 + 0.004 * (i % 3);
      const double offset = std::floor(time + 0.8 + 3 * kPpm * time) + 0.5 - time;
      rows.push_back({rounding * std::round(time / rounding), offset, 0.5, std::nullopt, false});
    }
    const auto fit = fit_drift(rows, {});
    EXPECT_TRUE(fit.steps.empty()) << rounding;
    EXPECT_LE(fit.interval.low, 3 * kPpm) << rounding;
    EXPECT_GE(fit.interval.high, 3 * kPpm) << rounding;
  }
}

TEST(DriftFit, TheResolutionMayBeTold) {
  auto rows = steady_rows(2880, 60.0, 0.0, 0.002);
  EXPECT_FALSE(fit_drift(rows, {}).is_by_bounds);
  FitQuestion question;
  question.resolution_s = 1.0;
  const auto fit = fit_drift(rows, question);
  EXPECT_TRUE(fit.is_by_bounds);
  EXPECT_GE(fit.interval.high, 3 * kPpm);
}

TEST(DriftFit, OffsetsWithoutNoiseConcludeNothing) {
  std::vector<ClockRow> rows = steady_rows(1000, 60.0, 20 * kPpm, 0.0);
  EXPECT_EQ(fit_drift(rows, {}).verdict, FitVerdict::kNoNoise);
}

// A drift of whole milliseconds from row to row looks like readings of whole milliseconds.
TEST(DriftFit, OffsetsWithoutNoiseConcludeNothingHoweverFastTheyDrift) {
  for (const double rate_ppm : {50.0, 100.0, 300.0, 10'000.0}) {
    for (const bool has_bounds : {false, true}) {
      auto rows = steady_rows(600, 60.0, 0.0, 0.0);
      for (ClockRow& row : rows) {
        row.offset_s = std::round(rate_ppm * row.time_s) / 1e6;
        if (has_bounds) row.uncertainty_s = 0.002;
      }
      EXPECT_EQ(fit_drift(rows, {}).verdict, FitVerdict::kNoNoise) << rate_ppm;
    }
  }
}

TEST(DriftFit, ReadingsOfWholeMillisecondsThatRarelyLeaveALineHaveNoise) {
  auto rows = steady_rows(600, 60.0, 50 * kPpm, 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].offset_s += i % 7 == 0 ? 0.001 : 0.0;
    rows[i].uncertainty_s = 0.002;
  }
  EXPECT_EQ(fit_drift(rows, {}).verdict, FitVerdict::kConclusive);
}

TEST(DriftFit, ASourceThatIsHeldForTheWholeRecordIsOneReading) {
  auto rows = steady_rows(600, 60.0, 0.0, 0.0);
  for (ClockRow& row : rows) {
    row.offset_s = 0.123456;
    row.uncertainty_s = 0.002;
  }
  const auto fit = fit_drift(rows, {});
  EXPECT_EQ(fit.verdict, FitVerdict::kTooFewRows);
  EXPECT_EQ(fit.repeated, 599U);
  FitQuestion question;
  question.resolution_s = 0.001;
  EXPECT_TRUE(has_rate(fit_drift(rows, question).verdict));
}

TEST(DriftFit, AReferenceThatStepsAgainAndAgainConcludesNothing) {
  auto rows = steady_rows(1000, 60.0, 5 * kPpm, 1e-4);
  SeededRandom random(5);
  double stepped_s = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % 9 == 0) stepped_s += random.normal();
    rows[i].offset_s += stepped_s;
  }
  EXPECT_EQ(fit_drift(rows, {}).verdict, FitVerdict::kManySteps);
}

TEST(DriftFit, AFewStepsAndAnyNumberOfMarksAreNotTooMany) {
  auto stepped = steady_rows(200, 60.0, 5 * kPpm, 1e-4);
  for (std::size_t i = 0; i < stepped.size(); ++i) stepped[i].offset_s += 0.73 * static_cast<double>(i / 25);
  const auto fit = fit_drift(stepped, {});
  EXPECT_EQ(fit.steps.size(), 7U);
  EXPECT_NE(fit.verdict, FitVerdict::kManySteps);
  auto marked = steady_rows(200, 60.0, 5 * kPpm, 1e-4);
  for (std::size_t i = 10; i < marked.size(); i += 10) marked[i].is_marked = true;
  EXPECT_NE(fit_drift(marked, {}).verdict, FitVerdict::kManySteps);
}

TEST(DriftFit, HeldAndRepeatedRowsAreOneReadingAndKeepTheirNumbers) {
  auto rows = steady_rows(600, 60.0, 5 * kPpm, 1e-4);
  rows[100].offset_s += 0.5;
  for (std::size_t i = 300; i < rows.size(); ++i) rows[i].offset_s += 2.0;
  const double alone = half_width(fit_drift(rows, {}));
  for (const double interval : {0.0, 10.0}) {  // repeated, held
    std::vector<ClockRow> often;
    for (const ClockRow& row : rows) {
      for (int i = 0; i < 6; ++i) {
        often.push_back(row);
        often.back().time_s += i * interval;
      }
    }
    const auto fit = fit_drift(often, {});
    EXPECT_EQ(fit.repeated, 3000U) << interval;
    EXPECT_EQ(fit.outliers, std::vector<std::size_t>{600}) << interval;
    ASSERT_EQ(fit.steps.size(), 1U) << interval;
    EXPECT_EQ(fit.steps[0].row, 1800U) << interval;
    EXPECT_NEAR(half_width(fit) / alone, 1.0, 0.01) << interval;
  }
}

TEST(DriftFit, WholeSecondsThatStayTheSameAreNotHeld) {
  auto rows = steady_rows(1441, 60.0, 0.0, 0.0);
  for (auto& row : rows) {
    row.offset_s = std::floor(100 * kPpm * row.time_s);
    row.uncertainty_s = 1.0;
  }
  rows[500].offset_s += 0.3;
  const auto fit = fit_drift(rows, {});
  EXPECT_TRUE(fit.is_by_bounds);
  EXPECT_EQ(fit.repeated, 0U);
}

TEST(DriftFit, LateReadingsInAClumpAreNoSteps) {
  auto rows = steady_rows(1000, 60.0, 5 * kPpm, 1e-4);
  for (const std::size_t i : {400U, 401U, 402U, 404U, 405U, 406U, 407U}) rows[i].offset_s += 0.05;
  const auto fit = fit_drift(rows, {});
  EXPECT_TRUE(fit.steps.empty());
  EXPECT_EQ(fit.outliers, (std::vector<std::size_t>{400, 401, 402, 404, 405, 406, 407}));
}

TEST(DriftFit, AWanderOfTheRateIsNoErrorOfASync) {
  // A daily cycle of 3 ppm moves the offset by 41 ms, twice the tolerance.
  auto rows = steady_rows(1008, 600.0, 0.0, 1e-5);
  for (auto& row : rows) row.offset_s += 0.041 * std::sin(row.time_s / 86'400.0 * 6.2832);
  FitQuestion question;
  question.tolerance_s = 0.02;
  question.precision_ppm = 10.0;
  EXPECT_GT(fit_drift(rows, question).window.seconds, 1000.0);
}

TEST(DriftFit, NoWindowIsLongerThanTheFamilyAges) {
  FitQuestion question;
  const auto rows = steady_rows(1441, 60.0, 0.0, 1e-6);
  const double crystal = fit_drift(rows, question).corrected_window.seconds;
  question.oscillator = *find_oscillator("tcxo");
  const double tcxo = fit_drift(rows, question).corrected_window.seconds;
  EXPECT_LT(crystal, 60.0 * 86'400.0);
  EXPECT_GT(tcxo, crystal);
  EXPECT_LT(tcxo, 365.0 * 86'400.0);
}

TEST(DriftFit, AParabolaOfTheTemperatureIsTold) {
  auto rows = steady_rows(2000, 120.0, 0.0, 1e-4);
  double gain = 0.0;
  for (auto& row : rows) {
    const double warm = 3.0 + 8.0 * std::sin(row.time_s / 86'400.0 * 6.2832);
    gain += -0.034 * kPpm * warm * warm * 120.0;
    row.offset_s += gain;
    row.temperature_c = 25.0 + warm;
  }
  const auto fit = fit_drift(rows, {});
  ASSERT_TRUE(fit.temperature);
  ASSERT_TRUE(fit.temperature->per_square);
  EXPECT_NEAR(fit.temperature->per_square->value, -0.034 * kPpm, 0.002 * kPpm);
  EXPECT_NEAR(fit.temperature->per_degree.value, -2 * 3.0 * 0.034 * kPpm, 0.03 * kPpm);
}

// A watch crystal that is carried about: its rate follows the temperature, however long it is observed.
std::vector<ClockRow> watch_rows(double days, double swing_c, double noise_s) {
  auto rows = steady_rows(static_cast<std::size_t>(days * 96.0), 900.0, 0.0, noise_s);
  double gain = 0.0;
  for (ClockRow& row : rows) {
    const double warm = swing_c * std::sin(row.time_s / 86'400.0 * 6.2832) - 10.0;
    gain += -0.034 * kPpm * warm * warm * 900.0;
    row.offset_s += gain;
    row.temperature_c = std::round(4.0 * (25.0 + warm)) / 4.0;
  }
  return rows;
}

TEST(DriftFit, ARateThatFollowsTheTemperatureIsNotKnownBetterByRunningLonger) {
  for (const double days : {8.0, 12.0, 24.0}) {
    const auto fit = fit_drift(watch_rows(days, 8.0, 1e-3), {});
    EXPECT_EQ(fit.verdict, FitVerdict::kWanders) << days;
    EXPECT_FALSE(fit.run_for_s) << days;
    ASSERT_TRUE(fit.temperature) << days;
    // From the middle, 0.034 ppm * (2 * 10 C * 8 C) to either side, less at the ends that one time in 20 has.
    EXPECT_NEAR(fit.temperature->swing, 5.4 * kPpm, 0.5 * kPpm) << days;
  }
}

TEST(DriftFit, ARateThatFollowsTheTemperatureALittleIsKnownBetterByRunningLonger) {
  const auto fit = fit_drift(watch_rows(1.0, 2.0, 0.5), {});
  EXPECT_EQ(fit.verdict, FitVerdict::kTooShort);
  ASSERT_TRUE(fit.run_for_s);
  EXPECT_GT(*fit.run_for_s, 1.5 * 86'400.0);
}

TEST(DriftFit, TheMeanRateIsKnownBetterThanTheRateAtOneTime) {
  Simulation plan = quartz();
  const auto fit = fit_drift(simulated_rows(plan), {});
  EXPECT_LT(fit.mean_interval.high - fit.mean_interval.low, (fit.interval.high - fit.interval.low) / 10.0);
}

TEST(DriftFit, ATooWideIntervalConcludesNothing) {
  const auto fit = fit_drift(steady_rows(20, 60.0, 5 * kPpm, 0.05), {});
  EXPECT_EQ(fit.verdict, FitVerdict::kTooShort);
  ASSERT_TRUE(fit.run_for_s);
  EXPECT_GT(*fit.run_for_s, fit.span_s);
}

// In one interval a clock with frequency noise gains much more than its readings err.
TEST(DriftFit, TheMeanRateIsThatFromTheFirstRowToTheLast) {
  constexpr double kGain = 1e-3;
  auto rows = steady_rows(2000, 60.0, 5 * kPpm, 1e-5);
  SeededRandom random(3);
  double gained = 0.0;
  for (ClockRow& row : rows) {
    row.offset_s += gained;
    gained += kGain * random.normal();
  }
  const double span_s = rows.back().time_s;
  const auto fit = fit_drift(rows, {});
  EXPECT_NEAR(fit.rate, (rows.back().offset_s - rows.front().offset_s) / span_s, kGain / span_s);
}

TEST(DriftFit, RowsThatShareTheirTimesAreAnIntervalApart) {
  auto rows = steady_rows(400, 30.0, 5 * kPpm, 1e-3);
  for (std::size_t i = 1; i < rows.size(); i += 2) rows[i].time_s = rows[i - 1].time_s;
  EXPECT_NEAR(fit_drift(rows, {}).interval_s, 30.0, 0.1);
}

}  // namespace
}  // namespace isletime::analysis::drift_fit_test
