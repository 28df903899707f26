// SPDX-License-Identifier: MIT
// Tests that a clock may be left alone for as long as driftlog says, by simulating it on after many records.
#include <cmath>

#include <gtest/gtest.h>

#include "libsync/analysis/drift_fit.hpp"
#include "tests/analysis/records.hpp"
#include "tests/proof/made_records.hpp"

namespace isletime::analysis::window_test {
namespace {

TEST(Window, TheErrorAtItsEndIsWithinTheToleranceAsOftenAsIsSaid) {
  constexpr int kRuns = 500;
  MadeRecord plan;
  plan.rows = 200;
  FitQuestion question;
  question.tolerance_s = 0.2;
  int held = 0;
  int tried = 0;
  for (int i = 0; i < kRuns; ++i) {
    const MadeRows made = make_record(plan, 1 + static_cast<std::uint64_t>(i));
    const DriftFit fit = fit_drift(made.rows, question);
    if (fit.verdict != FitVerdict::kConclusive) continue;
    SeededRandom random(10'000 + static_cast<std::uint64_t>(i));
    const double error = made.rate * fit.window.seconds + plan.noise_s * random.normal();
    ++tried;
    held += std::abs(error) <= question.tolerance_s ? 1 : 0;
  }
  EXPECT_GT(tried, kRuns / 2);
  // Three deviations of chance are allowed below the stated share.
  EXPECT_GE(static_cast<double>(held), 0.95 * tried - 3.0 * std::sqrt(0.0475 * tried));
}

TEST(Window, RunningForAsLongAsIsSaidConcludes) {
  int concluded = 0;
  int tried = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    MadeRecord plan;
    plan.rows = 30;
    const DriftFit brief = fit_drift(make_record(plan, seed).rows, {});
    if (brief.verdict != FitVerdict::kTooShort || !brief.run_for_s) continue;
    ++tried;
    plan.rows = static_cast<std::size_t>(2.0 * *brief.run_for_s / plan.interval_s) + 1;
    concluded += fit_drift(make_record(plan, seed + 100).rows, {}).verdict == FitVerdict::kConclusive ? 1 : 0;
  }
  EXPECT_GT(tried, 20);
  EXPECT_GE(concluded, tried * 9 / 10);
}

TEST(Window, TwoRowsTenMinutesAndStandingStillConcludeNothing) {
  EXPECT_NE(fit_drift(steady_rows(2, 86'400.0, 1e-5, 1e-4), {}).verdict, FitVerdict::kConclusive);
  MadeRecord plan;
  plan.rows = 11;
  EXPECT_NE(fit_drift(make_record(plan, 3).rows, {}).verdict, FitVerdict::kConclusive);
}

}  // namespace
}  // namespace isletime::analysis::window_test
