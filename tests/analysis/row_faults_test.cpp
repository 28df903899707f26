// SPDX-License-Identifier: MIT
#include "libsync/analysis/row_faults.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "tests/analysis/records.hpp"

namespace isletime::analysis::row_faults_test {
namespace {

constexpr double kNoise = 1e-4;
constexpr double kFinest = 1e-9;

std::vector<ClockRow> quiet(std::size_t count) {
  return steady_rows(count, 60.0, 20e-6, kNoise);
}

std::vector<ClockRow> stepped(std::size_t count, std::size_t at, double size_s) {
  auto rows = quiet(count);
  for (std::size_t i = at; i < count; ++i) rows[i].offset_s += size_s;
  return rows;
}

TEST(RowFaults, AreNoneInAQuietRecord) {
  for (const std::size_t count : {12U, 20U, 30U, 100U, 1000U}) {
    const auto faults = find_row_faults(quiet(count), kFinest);
    EXPECT_TRUE(faults.outliers.empty()) << count;
    EXPECT_TRUE(faults.steps.empty()) << count;
  }
}

TEST(RowFaults, OneOutlierOfAFewRowsIsFound) {
  for (const std::size_t count : {12U, 20U, 30U}) {
    for (std::size_t at = 0; at < count; ++at) {
      auto rows = quiet(count);
      rows[at].offset_s -= 0.3;
      const auto faults = find_row_faults(rows, kFinest);
      EXPECT_EQ(faults.outliers, (std::vector<std::size_t>{at})) << count;
      EXPECT_TRUE(faults.steps.empty()) << count << ' ' << at;
    }
  }
}

TEST(RowFaults, ABurstOfThreeOutliersIsFoundRowByRow) {
  auto rows = quiet(200);
  rows[80].offset_s += 0.4;
  rows[81].offset_s += 1.1;
  rows[82].offset_s -= 0.7;
  const auto faults = find_row_faults(rows, kFinest);
  EXPECT_EQ(faults.outliers, (std::vector<std::size_t>{80, 81, 82}));
  EXPECT_TRUE(faults.steps.empty());
}

TEST(RowFaults, OneStepIsFoundWhereverItIs) {
  for (const std::size_t count : {20U, 30U, 200U}) {
    for (std::size_t at = 5; at + 5 <= count; ++at) {
      const auto faults = find_row_faults(stepped(count, at, 0.5), kFinest);
      ASSERT_EQ(faults.steps.size(), 1U) << count << ' ' << at;
      EXPECT_EQ(faults.steps[0].row, at) << count;
      EXPECT_NEAR(faults.steps[0].size_s, 0.5, 0.01);
      EXPECT_TRUE(faults.outliers.empty()) << count << ' ' << at;
    }
  }
}

TEST(RowFaults, TwoStepsNearEachOtherAreTwo) {
  for (const std::size_t apart : {6U, 8U, 12U, 20U}) {
    auto rows = stepped(200, 100, 2.0);
    for (std::size_t i = 100 + apart; i < rows.size(); ++i) rows[i].offset_s += 1.0;
    const auto faults = find_row_faults(rows, kFinest);
    ASSERT_EQ(faults.steps.size(), 2U) << apart;
    EXPECT_EQ(faults.steps[0].row, 100U);
    EXPECT_EQ(faults.steps[1].row, 100U + apart);
  }
}

TEST(RowFaults, ATightRowAmongLooseOnesIsNoOutlier) {
  SeededRandom random(5);
  auto rows = steady_rows(500, 60.0, 20e-6, 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double bound = i % 10 == 0 ? 1e-4 : 0.1;
    rows[i].uncertainty_s = bound;
    rows[i].offset_s += bound * (2.0 * random.uniform() - 1.0);
  }
  const auto faults = find_row_faults(rows, kFinest);
  EXPECT_TRUE(faults.outliers.empty());
  EXPECT_TRUE(faults.steps.empty());
  EXPECT_GT(faults.law.typical_s, 0.0);
}

TEST(RowFaults, AHalfOfARoundTripErrsByWhatItTookLonger) {
  SeededRandom random(6);
  auto rows = steady_rows(500, 60.0, 20e-6, 0.0);
  for (ClockRow& row : rows) {
    const double out = random.exponential(1e-3);
    const double back = random.exponential(1e-3);
    row.offset_s += (out - back) / 2.0;
    row.uncertainty_s = (0.02 + out + back) / 2.0;
  }
  const auto faults = find_row_faults(rows, kFinest);
  EXPECT_GT(faults.law.typical_s, 0.0);
  EXPECT_NEAR(faults.law.least_s, 0.01, 3e-4);
  EXPECT_TRUE(faults.outliers.empty());
}

// Rows from a busy machine, which waits on the way there: wrong by most of their bounds, also two in a row.
TEST(RowFaults, LateRowsWithinTheirBoundsAreNoSteps) {
  auto rows = quiet(300);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i].uncertainty_s = kNoise * (1.5 + 0.1 * static_cast<double>(i % 7));
  for (const std::size_t late : {40U, 90U, 91U, 200U}) {
    rows[late].offset_s += 80 * kNoise;
    rows[late].uncertainty_s = 90 * kNoise;
  }
  EXPECT_TRUE(find_row_faults(rows, kFinest).steps.empty());
  for (std::size_t i = 91; i < rows.size(); ++i) rows[i].offset_s += 1.0;
  const auto faults = find_row_faults(rows, kFinest);
  ASSERT_EQ(faults.steps.size(), 1U);
  EXPECT_EQ(faults.steps[0].row, 91U);
}

TEST(RowFaults, WhatARateDoesOverMonthsIsNoFault) {
  Simulation plan;
  plan.clock = {.drift_ppm = 11.7, .white_ppm = 0.01, .walk_ppm = 0.001, .temperature_ppm_per_c = 0.3};
  plan.room = {.has_thermometer = true, .swing_c = 5.0};
  plan.reading = {.least_delay_s = 0.002, .jitter_s = 0.0005};
  plan.faults.gap_probability = 0.01;
  plan.faults.gap_s = 3600.0;
  plan.interval_s = 3600.0;
  plan.duration_s = 200.0 * 86'400.0;
  const auto rows = simulated_rows(plan);
  const auto faults = find_row_faults(rows, kFinest);
  EXPECT_LT(faults.outliers.size(), rows.size() / 200);
  EXPECT_TRUE(faults.steps.empty());
}

// The rate of a clock that is read to the microsecond changes more between rows than the readings err.
TEST(RowFaults, AFinelyReadClockThatSwingsHasNoFaults) {
  for (const double period_s : {7200.0, 5.0 * 3600.0, 86'400.0}) {
    for (const double noise_s : {0.0, 1e-6}) {
      for (const double swing_s : {0.003, 0.5}) {
        for (const double phase : {0.0, 1.0}) {
          auto rows = steady_rows(1000, 60.0, 20e-6, noise_s);
          for (ClockRow& row : rows)
            row.offset_s += swing_s * std::sin(2.0 * std::numbers::pi * row.time_s / period_s + phase);
          const auto faults = find_row_faults(rows, kFinest);
          EXPECT_TRUE(faults.outliers.empty()) << period_s << ' ' << noise_s << ' ' << swing_s;
          EXPECT_TRUE(faults.steps.empty()) << period_s << ' ' << noise_s << ' ' << swing_s;
        }
      }
    }
  }
}

}  // namespace
}  // namespace isletime::analysis::row_faults_test
