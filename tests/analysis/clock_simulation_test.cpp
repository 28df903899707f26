// SPDX-License-Identifier: MIT
#include "libsync/analysis/clock_simulation.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/analysis/records.hpp"

namespace isletime::analysis::clock_simulation_test {
namespace {

TEST(ClockSimulation, ASeedDecidesAllOfIt) {
  Simulation plan;
  plan.clock = {3.0, 0.1, 0.001, 0.0};
  plan.reading = {0.002, 0.001, SimulatedResolution::kFine};
  const auto one = simulated_rows(plan);
  const auto same = simulated_rows(plan);
  plan.seed = 2;
  const auto other = simulated_rows(plan);
  ASSERT_EQ(one.size(), 1441U);
  EXPECT_EQ(one[700].offset_s, same[700].offset_s);
  EXPECT_NE(one[700].offset_s, other[700].offset_s);
}

TEST(ClockSimulation, AClockWithoutNoiseGainsItsDrift) {
  Simulation plan;
  plan.clock.drift_ppm = -20.0;
  const auto rows = simulated_rows(plan);
  EXPECT_NEAR(rows.back().offset_s, -20e-6 * 86'400.0, 2e-9);
}

TEST(ClockSimulation, NoReadingIsFurtherOffThanItsBound) {
  for (const auto resolution :
       {SimulatedResolution::kFine, SimulatedResolution::kSearchedEdge, SimulatedResolution::kWholeSeconds}) {
    Simulation plan;
    plan.reading = {0.02, 0.03, resolution};
    ClockSimulation read(plan);
    plan.reading = {0.0, 0.0, SimulatedResolution::kFine};
    ClockSimulation truth(plan);  // of no drift: the first row says all
    const auto offset = truth.next()->offset;
    while (const auto row = read.next()) {
      EXPECT_LE(std::abs((row->offset - offset).count()), row->uncertainty.count() + 2);
    }
  }
}

TEST(ClockSimulation, WholeSecondsAreHalfASecondFromTheRemoteClocksSecond) {
  Simulation plan;
  plan.reading = {0.02, 0.03, SimulatedResolution::kWholeSeconds};
  ClockSimulation simulation(plan);
  while (const auto row = simulation.next()) {
    EXPECT_NEAR(static_cast<double>(subsecond(row->since_start + row->offset).count()), 5e8, 2.0);
  }
}

TEST(ClockSimulation, OutliersAreBeyondTheirBoundAndStepsStay) {
  Simulation plan;
  plan.faults.outlier_probability = 0.1;
  plan.faults.outlier_s = 5.0;
  ClockSimulation simulation(plan);
  int outliers = 0;
  while (const auto row = simulation.next()) outliers += row->is_outlier ? 1 : 0;
  EXPECT_GT(outliers, 90);
  EXPECT_LT(outliers, 200);
  plan.faults = {};
  plan.faults.steps = 1;
  plan.faults.step_s = 10.0;
  const auto rows = simulated_rows(plan);
  EXPECT_GE(std::abs(rows.back().offset_s), 5.0);
  EXPECT_LE(std::abs(rows.back().offset_s), 15.0);
}

TEST(ClockSimulation, GapsLeaveRowsOut) {
  Simulation plan;
  plan.faults.gap_probability = 0.01;
  plan.faults.gap_s = 3600.0;
  const auto rows = simulated_rows(plan);
  EXPECT_LT(rows.size(), 1300U);
  EXPECT_GT(rows.size(), 300U);
}

TEST(ClockSimulation, AWalkSpreadsWithTheTimeToThePowerOfThreeHalves) {
  Simulation plan;
  plan.clock.walk_ppm = 0.01;
  double squares = 0.0;
  for (plan.seed = 1; plan.seed <= 400; ++plan.seed) {
    const double gained = simulated_rows(plan).back().offset_s;
    squares += gained * gained;
  }
  // A rate that walks by w a root second moves the phase by a deviation of w * sqrt(T^3 / 3).
  const double expected = 0.01e-6 * std::sqrt(std::pow(86'400.0, 3.0) / 3.0);
  EXPECT_NEAR(std::sqrt(squares / 400.0), expected, 0.12 * expected);
}

}  // namespace
}  // namespace isletime::analysis::clock_simulation_test
