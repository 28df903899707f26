// SPDX-License-Identifier: MIT
// Rows as the analysis takes them: from simulated clocks, and from clocks that are given exactly.
#pragma once

#include <optional>
#include <vector>

#include "libsync/analysis/clock_row.hpp"
#include "libsync/analysis/clock_simulation.hpp"

namespace isletime::analysis {

inline std::vector<ClockRow> simulated_rows(const Simulation& plan) {
  ClockSimulation simulation(plan);
  std::vector<ClockRow> rows;
  std::optional<SimulatedRow> first;
  const auto seconds_of = [](nanoseconds value) { return static_cast<double>(value.count()) * 1e-9; };
  while (const auto row = simulation.next()) {
    if (!first) first = row;
    rows.push_back({seconds_of(row->since_start - first->since_start),
                    seconds_of(row->offset - first->offset), seconds_of(row->uncertainty), row->temperature_c,
                    false});
  }
  return rows;
}

// Without noise, except for a little that tells one row from the next.
inline std::vector<ClockRow> steady_rows(std::size_t count, double interval_s, double rate, double noise_s) {
  SeededRandom random(7);
  std::vector<ClockRow> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const double time = static_cast<double>(i) * interval_s;
    rows.push_back({time, rate * time + noise_s * random.normal(), std::nullopt, std::nullopt, false});
  }
  return rows;
}

}  // namespace isletime::analysis
