// SPDX-License-Identifier: MIT
// Whether what is said to be 95 % sure is so: over many simulated records of each kind, how often the
// interval holds the true rate. Seeds are fixed, so that a result is the same on every run.
#include <gtest/gtest.h>

#include "libsync/analysis/drift_fit.hpp"
#include "tests/analysis/records.hpp"

namespace isletime::analysis {
namespace {

// A quartz clock, read every 5 minutes for a day over a local network.
Simulation quartz() {
  Simulation plan;
  plan.clock = {11.7, 0.01, 0.001, 0.0};
  plan.reading = {0.002, 0.0005, SimulatedResolution::kFine};
  plan.interval_s = 300.0;
  return plan;
}

double percent_covered(Simulation plan, int runs) {
  int held = 0;
  for (int i = 0; i < runs; ++i) {
    plan.seed = 1000 + static_cast<std::uint64_t>(i);
    const auto fit = fit_drift(simulated_rows(plan), {});
    const double truth = plan.clock.drift_ppm * 1e-6;
    held += fit.verdict != Verdict::kTooFewRows && fit.interval.low <= truth && truth <= fit.interval.high
                ? 1
                : 0;
  }
  return 100.0 * held / runs;
}

// So many runs of a kind leave a deviation of 1.1 % to chance: that much beside 93 to 97 %.
constexpr int kRuns = 400;
constexpr double kLeast = 93.0 - 1.1;
constexpr double kMost = 97.0 + 1.1;

void expect_honest(const Simulation& plan) {
  const double covered = percent_covered(plan, kRuns);
  EXPECT_GE(covered, kLeast);
  EXPECT_LE(covered, kMost);
}

TEST(Coverage, OfAClockThatWanders) {
  expect_honest(quartz());
}

TEST(Coverage, WithGaps) {
  Simulation plan = quartz();
  plan.faults.gap_probability = 0.02;
  plan.faults.gap_s = 3600.0;
  expect_honest(plan);
}

TEST(Coverage, WithOutliers) {
  Simulation plan = quartz();
  plan.faults.outlier_probability = 0.02;
  plan.faults.outlier_s = 0.5;
  expect_honest(plan);
}

TEST(Coverage, WithSteps) {
  Simulation plan = quartz();
  plan.faults.steps = 2;
  plan.faults.step_s = 1.0;
  expect_honest(plan);
}

TEST(Coverage, WithChangingRoundTrips) {
  Simulation plan = quartz();
  plan.reading.jitter_s = 0.005;
  expect_honest(plan);
}

TEST(Coverage, WithWholeSecondsWhoseEdgeIsSearched) {
  Simulation plan = quartz();
  plan.reading = {0.01, 0.002, SimulatedResolution::kSearchedEdge};
  expect_honest(plan);
}

TEST(Coverage, WithAllOfThem) {
  Simulation plan = quartz();
  plan.reading.jitter_s = 0.005;
  plan.faults = {0.01, 3600.0, 0.01, 0.5, 2, 1.0};
  expect_honest(plan);
}

// That a clock may walk is taken into account even where it does not: what is said of such ones is true more
// often than promised, and so is what is said from bounds.
TEST(Coverage, OfAClockThatDoesNotWanderIsNeverTooLow) {
  Simulation plan = quartz();
  plan.clock.walk_ppm = 0.0;
  EXPECT_GE(percent_covered(plan, kRuns), kLeast);
  plan.clock.white_ppm = 10.0;
  EXPECT_GE(percent_covered(plan, kRuns), kLeast);
}

TEST(Coverage, OfWholeSecondsIsNeverTooLow) {
  Simulation plan = quartz();
  plan.reading = {0.05, 0.01, SimulatedResolution::kWholeSeconds};
  plan.duration_s = 10.0 * 86'400.0;
  plan.interval_s = 1800.0;
  EXPECT_GE(percent_covered(plan, kRuns), kLeast);
}

}  // namespace
}  // namespace isletime::analysis
