// SPDX-License-Identifier: MIT
// The kinds of record over which the analysis keeps its promise, and how it fares on many of each: how
// often its interval holds the true rate, how wide it is, and how often it saw other faults than there are.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "libsync/analysis/clock_simulation.hpp"
#include "tests/proof/made_records.hpp"

namespace isletime::analysis {

// Whether the interval is to hold the true rate as often as it says. A clock whose rate wanders has none that
// is true throughout; then the share is that of the rate at the beginning.
enum class Promise : std::uint8_t { kKept, kShown };

struct Kind {
  std::string_view name;
  Promise promise;
  std::variant<Simulation, MadeRecord> plan;
};

const std::vector<Kind>& kinds();
bool is_of_whole_seconds(const Kind& kind);

struct Outcome {
  int runs = 0;
  int held = 0;
  int held_mean = 0;  // the mean rate over the record
  int concluded = 0;
  int false_steps = 0;     // runs that found more than there are
  int missed_steps = 0;    // or fewer
  int false_outliers = 0;  // rows
  int missed_outliers = 0;
  double half_width = 0.0;  // s/s, the median

  double percent_covered() const { return 100.0 * held / runs; }
};

Outcome try_kind(const Kind& kind, int runs, std::uint64_t first_seed);

}  // namespace isletime::analysis
