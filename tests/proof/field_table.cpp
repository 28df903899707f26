// SPDX-License-Identifier: MIT
// Usage: field_table [RUNS [NAME [TOLERANCE [SEED]]]]
// Tries driftlog fit on RUNS (default: 200) field records of each kind whose name contains NAME, from SEED
// (default: 1) on, with windows of TOLERANCE seconds (default: 1), and prints a Markdown table, which
// docs/drift-table.md explains.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/proof/field_outcome.hpp"

using namespace isletime::proof;

namespace {

void print(const Held& held) {
  std::printf(" | %5.1f × %4.2f", held.percent(), held.width_ratio());
}

void print(const Windows& windows) {
  if (windows.claimed == 0) {
    std::printf(" |             ");
    return;
  }
  std::printf(" | %5.1f, %4.0f h", windows.percent(), windows.median_s() / 3600.0);
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 200;
  const std::string_view name = argc > 2 ? argv[2] : "";
  const double tolerance_s = argc > 3 ? std::atof(argv[3]) : 1.0;
  const std::uint64_t seed = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 1;
  if (runs < 1 || !(tolerance_s > 0.0)) {
    std::fputs("field_table: RUNS and TOLERANCE are numbers above 0\n", stderr);
    return 2;
  }
  std::printf("| %-34s | %-12s | %-12s | %-13s | %-13s | %-12s | %-12s | %-12s |\n", "record", "mean rate",
              "at one time", "window", "corrected", "OLS", "Theil-Sen", "HAC");
  std::printf("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const FieldPlan& plan : field_plans()) {
    if (plan.name.find(name) == std::string_view::npos) continue;
    const FieldOutcome outcome = try_field(plan, runs, seed, {tolerance_s});
    std::printf("| %-34.*s", static_cast<int>(plan.name.size()), plan.name.data());
    print(outcome.mean);
    print(outcome.once);
    print(outcome.window);
    print(outcome.corrected);
    const PlainOutcome others = try_plain_fits(plan, runs, seed);
    print(others.least_squares);
    print(others.theil_sen);
    print(others.newey_west);
    std::printf(" |\n");
    std::fflush(stdout);
  }
  return 0;
}
