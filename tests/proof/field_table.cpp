// SPDX-License-Identifier: MIT
// Usage: field_table [RUNS [NAME]]
// The promises of driftlog fit, tried: RUNS (default: 200) field records of each kind whose name contains
// NAME, a line a kind. For the mean rate and for the rate at any one time: the percentage of the runs in
// which the interval of 95 % held the truth, and its half-width against the 95th percentile of the error; for
// the window and the corrected window: the percentage of those claimed that held, and the median of their
// length in hours. Beside it, what others say of the mean rate.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/proof/field_outcome.hpp"

using namespace isletime::proof;

namespace {

void print(const Held& held) {
  std::printf(" | %5.1f %6.2f", held.percent(), held.width_ratio());
}

void print(const Windows& windows) {
  if (windows.claimed == 0) {
    std::printf(" |     -       -");
    return;
  }
  std::printf(" | %5.1f %7.1f", windows.percent(), windows.median_s() / 3600.0);
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 200;
  const std::string_view name = argc > 2 ? argv[2] : "";
  if (runs < 1) {
    std::fputs("field_table: RUNS is a number above 0\n", stderr);
    return 2;
  }
  std::printf(
      "%-32s | rated steps | mean: %% width | once: %% width |  window: %% h | corrected: h | OLS: %% width "
      "|  Theil-Sen   |  HAC\n",
      "kind");
  for (const FieldPlan& plan : field_plans()) {
    if (plan.name.find(name) == std::string_view::npos) continue;
    const FieldOutcome outcome = try_field(plan, runs, 1);
    std::printf("%-32.*s | %4d  %4d", static_cast<int>(plan.name.size()), plan.name.data(),
                100 * outcome.rated / outcome.runs, 100 * outcome.with_faults / outcome.runs);
    print(outcome.mean);
    print(outcome.once);
    print(outcome.window);
    print(outcome.corrected);
    print(outcome.least_squares);
    print(outcome.theil_sen);
    print(outcome.newey_west);
    std::printf("\n");
    std::fflush(stdout);
  }
  return 0;
}
