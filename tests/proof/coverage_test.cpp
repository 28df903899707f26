// SPDX-License-Identifier: MIT
// Whether an interval that is said to be 95 % sure is so: over some records of each kind, how often it holds
// the true rate. Seeds are fixed, so that a result is the same on every run. drift_proof tries 1000 of each.
#include <gtest/gtest.h>

#include "tests/proof/kinds.hpp"

namespace isletime::analysis::coverage_test {
namespace {

struct Total {
  int runs = 0;
  int held = 0;
  double percent() const { return 100.0 * held / runs; }
};

Total try_kinds(bool of_whole_seconds, int runs, double least) {
  Total total;
  for (const Kind& kind : kinds()) {
    if (kind.promise != Promise::kKept || is_of_whole_seconds(kind) != of_whole_seconds) continue;
    const Outcome outcome = try_kind(kind, runs, 1);
    EXPECT_GE(outcome.percent_covered(), least) << kind.name;
    total.runs += outcome.runs;
    total.held += outcome.held;
  }
  return total;
}

// The promised share, and three of the deviations that so many runs leave to chance.
TEST(Coverage, OfAllKindsTogetherIsWhatIsSaid) {
  const Total total = try_kinds(false, 20, 75.0);
  EXPECT_GE(total.percent(), 93.0 - 3.1);
  EXPECT_LE(total.percent(), 97.0 + 2.0);
}

TEST(Coverage, OfWholeSecondsTogetherIsWhatIsSaid) {
  const Total total = try_kinds(true, 6, 50.0);
  EXPECT_GE(total.percent(), 93.0 - 6.0);
  EXPECT_LE(total.percent(), 97.0 + 2.9);
}

TEST(Coverage, FindsTheStepsAndOutliersThatThereAre) {
  for (const Kind& kind : kinds()) {
    if (kind.name != "made: steps" && kind.name != "made: small steps" && kind.name != "made: outliers")
      continue;
    const Outcome outcome = try_kind(kind, 30, 1);
    EXPECT_EQ(outcome.false_steps, 0) << kind.name;
    EXPECT_EQ(outcome.false_outliers, 0) << kind.name;
    EXPECT_LE(outcome.missed_steps, 1) << kind.name;
    EXPECT_EQ(outcome.missed_outliers, 0) << kind.name;
  }
}

TEST(Coverage, InventsNoFaultsInRecordsWithoutAny) {
  for (const Kind& kind : kinds()) {
    const auto* plan = std::get_if<MadeRecord>(&kind.plan);
    if (plan == nullptr || plan->steps > 0 || plan->outlier_share > 0.0 || plan->noise_spread > 0.0 ||
        kind.promise != Promise::kKept || is_of_whole_seconds(kind))
      continue;
    const Outcome outcome = try_kind(kind, 30, 500);
    EXPECT_EQ(outcome.false_steps, 0) << kind.name;
    EXPECT_EQ(outcome.false_outliers, 0) << kind.name;
  }
}

}  // namespace
}  // namespace isletime::analysis::coverage_test
