// SPDX-License-Identifier: MIT
// The constants of the analysis are no lucky choice: with neighbours of each, the intervals hold as often and
// are as wide; far from it, they miss more, or are far wider.
#include <algorithm>

#include <gtest/gtest.h>

#include "libsync/analysis/bounded_slope.hpp"
#include "libsync/analysis/drift_posterior.hpp"
#include "libsync/analysis/order_statistics.hpp"
#include "libsync/analysis/row_faults.hpp"
#include "tests/proof/made_records.hpp"

namespace isletime::analysis::constants_test {
namespace {

constexpr std::uint64_t kRuns = 60;
constexpr double kConfidence = 0.95;
constexpr double kWalk = 1e-8;  // s/s a root second

struct Fared {
  int held = 0;
  double half_width = 0.0;  // the median
};

template <class Fit>
Fared try_records(const MadeRecord& plan, Fit interval_of) {
  Fared fared;
  std::vector<double> halves;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const MadeRows made = make_record(plan, seed);
    const Interval interval = interval_of(made.rows);
    fared.held += interval.low <= made.rate && made.rate <= interval.high ? 1 : 0;
    halves.push_back((interval.high - interval.low) / 2.0);
  }
  fared.half_width = median(std::move(halves));
  return fared;
}

Fared with_quiet_prior(double walk, double prior) {
  MadeRecord plan;
  plan.rows = 150;
  plan.walk = walk;
  return try_records(plan, [&](const std::vector<ClockRow>& rows) {
    std::vector<Reading> readings;
    for (const ClockRow& row : rows)
      readings.push_back({row.time_s, row.offset_s, 1.0, 0.0, readings.empty()});
    return rate_interval(estimate_drift(readings, 0, prior), kConfidence);
  });
}

Fared with_wander(double walk, const WanderPrior& prior) {
  MadeRecord plan;
  plan.rows = 400;
  plan.interval_s = 200.0;
  plan.noise_s = 0.0;
  plan.walk = walk;
  plan.seconds = MadeSeconds::kFloor;
  return try_records(plan, [&](const std::vector<ClockRow>& rows) {
    std::vector<Bound> bounds;
    for (const ClockRow& row : rows)
      bounds.push_back({row.time_s, row.offset_s - 0.5, row.offset_s + 0.5, bounds.empty()});
    const auto slope = estimate_slope_within(bounds, {1.0}, prior);
    return slope ? mean_interval(slope->posterior, kConfidence) : Interval{};
  });
}

struct Faults {
  int missed = 0;
  int invented = 0;
};

Faults with_limits(const MadeRecord& plan, const FaultLimits& limits) {
  Faults found;
  const auto compare = [&found](std::size_t there_are, std::size_t seen) {
    found.missed += seen < there_are ? 1 : 0;
    found.invented += seen > there_are ? 1 : 0;
  };
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const MadeRows made = make_record(plan, seed);
    const RowFaults faults = find_row_faults(made.rows, 1e-9, limits);
    compare(made.steps.size(), faults.steps.size());
    compare(made.outliers.size(), faults.outliers.size());
  }
  return found;
}

TEST(Constants, HowLikelyNoNoiseIsBeforehandIsNoFineChoice) {
  const Fared quiet = with_quiet_prior(0.0, kQuietPrior);
  const Fared walking = with_quiet_prior(kWalk, kQuietPrior);
  for (const double prior : {0.4, 0.6}) {
    EXPECT_NEAR(with_quiet_prior(0.0, prior).held, quiet.held, 3) << prior;
    EXPECT_NEAR(with_quiet_prior(0.0, prior).half_width / quiet.half_width, 1.0, 0.5) << prior;
    EXPECT_NEAR(with_quiet_prior(kWalk, prior).held, walking.held, 12) << prior;
  }
  EXPECT_LT(with_quiet_prior(kWalk, 0.99).held, walking.held - 10);
  EXPECT_GT(with_quiet_prior(0.0, 0.01).half_width, 2.0 * quiet.half_width);
}

TEST(Constants, HowFarAClockMayWanderIsNoFineChoice) {
  const WanderPrior chosen;
  const Fared quiet = with_wander(0.0, chosen);
  for (const double share : {0.05, 0.2}) {
    for (const double per_deviation : {4.0, 16.0}) {
      const Fared other = with_wander(0.0, {share, per_deviation});
      EXPECT_NEAR(other.held, quiet.held, 2) << share << ' ' << per_deviation;
      EXPECT_NEAR(other.half_width / quiet.half_width, 1.0, 0.1) << share << ' ' << per_deviation;
    }
  }
  EXPECT_GT(with_wander(0.0, {0.5, chosen.per_deviation}).half_width, 1.5 * quiet.half_width);
  EXPECT_LT(with_wander(kWalk, {chosen.share, 0.0}).held, with_wander(kWalk, chosen).held - 10);
}

TEST(Constants, LimitsTellFaultsFromNoise) {
  MadeRecord faulty;
  faulty.steps = 2;
  faulty.outlier_share = 0.01;
  const MadeRecord normal;
  MadeRecord exponential;
  exponential.noise = MadeNoise::kExponential;
  for (const double outlier : {5.0, 7.0, 20.0}) {
    for (const double step : {7.0, 10.0, 13.0}) {
      EXPECT_LE(with_limits(faulty, {outlier, step}).missed, 2) << outlier << ' ' << step;
      EXPECT_EQ(with_limits(normal, {outlier, step}).invented, 0) << outlier << ' ' << step;
      EXPECT_EQ(with_limits(exponential, {outlier, step}).invented, 0) << outlier << ' ' << step;
    }
  }
  const FaultLimits chosen;
  EXPECT_GT(with_limits(normal, {3.5, chosen.step}).invented, 10);
  EXPECT_GT(with_limits(faulty, {100.0, chosen.step}).missed, 30);
  EXPECT_GT(with_limits(exponential, {chosen.outlier, 2.0}).invented, 3);
}

}  // namespace
}  // namespace isletime::analysis::constants_test
