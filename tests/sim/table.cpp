// SPDX-License-Identifier: MIT
#include "tests/sim/table.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <vector>

namespace isletime::sim {
namespace {

// Required of every scenario: the stated bound holds in 99.9 % of all seconds, and the error never exceeds it
// by more than this factor.
constexpr double kLeastWithinBound = 0.999;
constexpr double kMostBeyondBound = 3.0;

template <class Value>
Value median(const std::vector<Outcomes>& runs, Value Outcomes::*column) {
  std::vector<Value> values;
  values.reserve(runs.size());
  for (const Outcomes& run : runs) values.push_back(run.*column);
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double mean(const std::vector<Outcomes>& runs, double Outcomes::*column) {
  double sum = 0.0;
  for (const Outcomes& run : runs) sum += run.*column;
  return sum / static_cast<double>(runs.size());
}

double largest(const std::vector<Outcomes>& runs, double Outcomes::*column) {
  double most = 0.0;
  for (const Outcomes& run : runs) most = std::max(most, run.*column);
  return most;
}

double micro(Seconds value) {
  return value.count() * 1e6;
}

template <class Value>
bool holds(const char* name, Value value, const std::optional<Value>& bound) {
  if (!bound || value <= *bound) return true;
  std::printf("    %s exceeds its bound\n", name);
  return false;
}

}  // namespace

Outcomes median_of(const Scenario& scenario, MachineKind kind, int seeds) {
  std::vector<Outcomes> runs;
  for (int seed = 1; seed <= seeds; ++seed)
    runs.push_back(run(scenario, kind, static_cast<std::uint64_t>(seed)));
  return {.rms = median(runs, &Outcomes::rms),
          .p99 = median(runs, &Outcomes::p99),
          .maximum = median(runs, &Outcomes::maximum),
          .frequency_error = median(runs, &Outcomes::frequency_error),
          .convergence = median(runs, &Outcomes::convergence),
          .recovery = median(runs, &Outcomes::recovery),
          .packets = median(runs, &Outcomes::packets),
          .within_bound = mean(runs, &Outcomes::within_bound),
          .within_deviations = mean(runs, &Outcomes::within_deviations),
          .worst_ratio = largest(runs, &Outcomes::worst_ratio)};
}

void print_heading(const char* machine) {
  std::printf("%s\n", machine);
  std::printf("%3s %-38s %10s %10s %10s %9s %7s %7s %8s %7s %6s %7s %9s %6s\n", "no.", "name", "rms us",
              "p99 us", "max us", "freq ppb", "conv s", "recov s", "packets", "bound %", "worst", "3sig %",
              "chrony us", "ratio");
}

bool print_row(const Scenario& scenario, const Bounds& bounds, const Outcomes& o) {
  const auto whole = [](nanoseconds value) { return static_cast<long>(value / seconds{1}); };
  std::printf("%3d %-38.*s %10.2f %10.2f %10.2f %9.3f %7ld %7ld %8.0f %7.2f %6.2f %7.2f", scenario.number,
              static_cast<int>(scenario.name.size()), scenario.name.data(), micro(o.rms), micro(o.p99),
              micro(o.maximum), o.frequency_error * 1e9, whole(o.convergence), whole(o.recovery), o.packets,
              o.within_bound * 100, o.worst_ratio, o.within_deviations * 100);
  if (scenario.chrony) std::printf(" %9.0f %6.2f", micro(scenario.chrony->rms), o.rms / scenario.chrony->rms);
  std::printf("\n");
  bool good = holds("rms", o.rms, bounds.rms);
  good &= holds("p99", o.p99, bounds.p99);
  good &= holds("maximum", o.maximum, bounds.maximum);
  good &= holds("convergence", o.convergence, bounds.convergence);
  good &= holds("recovery", o.recovery, bounds.recovery);
  good &= holds("packets", o.packets, bounds.packets);
  if (o.within_bound < kLeastWithinBound) {
    std::printf("    the stated error bound held too seldom\n");
    good = false;
  }
  if (o.worst_ratio > kMostBeyondBound) {
    std::printf("    the error was too far beyond the stated bound\n");
    good = false;
  }
  return good;
}

}  // namespace isletime::sim
