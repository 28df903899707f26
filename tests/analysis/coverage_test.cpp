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

// In the standard deviations of so many runs, which is 1.1 % for 400, around 93 to 97 %.
constexpr int kRuns = 400;
constexpr double kLeast = 93.0 - 1.5;
constexpr double kMost = 97.0 + 1.5;

void expect_honest(const Simulation& plan) {
  const double covered = percent_covered(plan, kRuns);
  EXPECT_GE(covered, kLeast);
  EXPECT_LE(covered, kMost);
}

TEST(Coverage, OfAClockThatWanders) {
  expect_honest(quartz());
}

}  // namespace
}  // namespace isletime::analysis
