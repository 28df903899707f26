// SPDX-License-Identifier: MIT
// Usage: drift_proof [RUNS [NAME]]
// The promise of driftlog fit, tried: RUNS (default: 1000) simulated records of each kind whose name
// contains NAME; a line a kind says how often the interval held the true rate, with a ! where that is outside
// of 93 to 97 %, though it is to be within. Chance moves a figure of 1000 runs by 0.7 %.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/proof/kinds.hpp"

using namespace isletime::analysis;

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 1000;
  const std::string_view name = argc > 2 ? argv[2] : "";
  if (runs < 1) {
    std::fputs("drift_proof: RUNS is a number above 0\n", stderr);
    return 2;
  }
  std::printf("%-42s %7s %5s %9s %6s %13s %17s\n", "kind", "held", "mean", "+-ppm", "sure", "steps + -",
              "outliers + -");
  for (const Kind& kind : kinds()) {
    if (kind.name.find(name) == std::string_view::npos) continue;
    const Outcome outcome = try_kind(kind, runs, 1);
    const double held = outcome.percent_covered();
    std::printf("%-42.*s %5.1f %c %5.1f %9.4f %4.0f %% %6d %6d %8d %8d\n", static_cast<int>(kind.name.size()),
                kind.name.data(), held,
                kind.promise == Promise::kKept && (held < 93.0 || held > 97.0) ? '!' : '%',
                100.0 * outcome.held_mean / runs, outcome.half_width * 1e6, 100.0 * outcome.concluded / runs,
                outcome.false_steps, outcome.missed_steps, outcome.false_outliers, outcome.missed_outliers);
    std::fflush(stdout);
  }
  return 0;
}
