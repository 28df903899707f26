// SPDX-License-Identifier: MIT
#include "tests/sim/ablation.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include "libsync/hub/discipline/estimator_model.hpp"
#include "tests/sim/scenarios.hpp"
#include "tests/sim/simulation.hpp"
#include "tests/sim/table.hpp"

namespace isletime::sim {
namespace {

using Members = std::vector<FilterModel>;

template <class Predicate>
Members members_where(Predicate holds) {
  const auto all = FilterBank::all_models();
  Members kept;
  std::copy_if(all.begin(), all.end(), std::back_inserter(kept), holds);
  return kept;
}

bool is_usual_wander(const FilterModel& m) {
  return m.wander == 1e-9;
}
bool is_usual_noise(const FilterModel& m) {
  return m.noise == NoiseKind::kBox && m.softness == 0.2;
}

Members with(Members members, void (*change)(FilterModel&)) {
  for (FilterModel& m : members) change(m);
  return members;
}

struct Part {
  const char* name;  // at most 8 letters
  EstimatorModel without;
};

// The filter banks to which the models point.
struct Banks {
  Members one = members_where([](const FilterModel& m) { return is_usual_wander(m) && is_usual_noise(m); });
  Members four = members_where([](const FilterModel& m) { return m.wander < 5e-7 && is_usual_noise(m); });
  Members calm = members_where([](const FilterModel& m) { return m.wander < 5e-7; });
  Members boxes = members_where([](const FilterModel& m) { return m.noise == NoiseKind::kBox; });
  Members hard = with(members_where([](const FilterModel&) { return true; }),
                      [](FilterModel& m) { m.softness = m.noise == NoiseKind::kBox ? 0.001 : m.softness; });
  Members normal = members_where([](const FilterModel& m) { return m.noise == NoiseKind::kNormal; });
  Members sure = with(members_where([](const FilterModel&) { return true; }),
                      [](FilterModel& m) { m.outlier_share = 1e-30; });
};

std::vector<Part> parts_of(const Banks& banks) {
  return {
      {"1 filter", {.members = banks.one}},
      {"4", {.members = banks.four}},
      {"no 1e-6", {.members = banks.calm}},
      {"boxes", {.members = banks.boxes}},
      {"hard", {.members = banks.hard}},
      {"normal", {.members = banks.normal}},
      {"outlier", {.members = banks.sure}},
      {"one way", {.congestion = {0.6, 0.0, 0.0, 0.4}}},
      {"both", {.congestion = {0.5, 0.25, 0.25, 0.0}}},
      {"memory", {.congestion_change = 1.0}},
      {"reach", {.disproves = false}},
      {"rate", {.doubts_frequency = false}},
      {"route", {.keeps_route = false}},
      {"follow", {.follows_up = false}},
  };
}

constexpr std::array kScenarios{1,   4,   11,  15,  18,  21,  50,  92,  93,  96,  97,  102,
                                103, 104, 105, 107, 110, 111, 113, 114, 115, 117, 120, 123};

Seconds rms_of(Scenario scenario, const EstimatorModel* model, int seeds) {
  scenario.hub.model = model;
  return median_of(scenario, MachineKind::kHub, seeds).rms;
}

}  // namespace

void print_ablation(int seeds) {
  const Banks banks;
  const auto parts = parts_of(banks);
  std::printf("%3s %-38s %9s", "no.", "name", "rms us");
  for (const Part& part : parts) std::printf(" %8s", part.name);
  std::printf("\n");
  for (const Scenario& scenario : all_scenarios()) {
    if (std::find(kScenarios.begin(), kScenarios.end(), scenario.number) == kScenarios.end()) continue;
    const Seconds whole = rms_of(scenario, nullptr, seeds);
    std::printf("%3d %-38.*s %9.2f", scenario.number, static_cast<int>(scenario.name.size()),
                scenario.name.data(), whole.count() * 1e6);
    for (const Part& part : parts) std::printf(" %8.2f", rms_of(scenario, &part.without, seeds) / whole);
    std::printf("\n");
    std::fflush(stdout);
  }
}

}  // namespace isletime::sim
