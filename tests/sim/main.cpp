// SPDX-License-Identifier: MIT
// sim [--seeds N] [--only NUMBER]...: runs the scenarios with a hub, and those that apply with a device;
// prints a table for each, with medians over the seeds.
// sim --ablation SEEDS: prints how much each part of the hub's estimator contributes.
// Exit status 1: a row exceeds a bound; 2: usage.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include "tests/sim/ablation.hpp"
#include "tests/sim/scenarios.hpp"
#include "tests/sim/table.hpp"

namespace isletime::sim {
namespace {

struct Options {
  int seeds = 5;
  std::vector<int> only{};
  std::optional<int> ablation{};
};

std::optional<Options> parse(const std::vector<std::string_view>& arguments) {
  if (arguments.size() % 2 != 0) return std::nullopt;
  Options options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string_view text = arguments[i + 1];
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
    if (arguments[i] == "--seeds") {
      options.seeds = number;
    } else if (arguments[i] == "--only") {
      options.only.push_back(number);
    } else if (arguments[i] == "--ablation") {
      options.ablation = number;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

bool run_with(MachineKind kind, const Options& options) {
  bool all_good = true;
  for (const Scenario& scenario : all_scenarios()) {
    const auto& only = options.only;
    if (!only.empty() && std::find(only.begin(), only.end(), scenario.number) == only.end()) continue;
    const std::optional<Bounds> bounds = kind == MachineKind::kHub ? scenario.bounds : scenario.device;
    if (bounds) all_good &= print_row(scenario, *bounds, median_of(scenario, kind, options.seeds));
  }
  return all_good;
}

bool run_all(const Options& options) {
  print_heading("hub");
  bool all_good = run_with(MachineKind::kHub, options);
  print_heading("\ndevice");
  all_good &= run_with(MachineKind::kDevice, options);
  return all_good;
}

}  // namespace
}  // namespace isletime::sim

int main(int argc, char** argv) {
  const auto options = isletime::sim::parse({argv + 1, argv + argc});
  if (!options) {
    std::fputs("usage: sim [--seeds N] [--only NUMBER]...\n       sim --ablation SEEDS\n", stderr);
    return 2;
  }
  if (options->ablation) {
    isletime::sim::print_ablation(*options->ablation);
    return 0;
  }
  return isletime::sim::run_all(*options) ? 0 : 1;
}
