// SPDX-License-Identifier: MIT
#include "tests/proof/kinds.hpp"

#include <algorithm>

#include "libsync/analysis/drift_fit.hpp"
#include "libsync/analysis/order_statistics.hpp"
#include "tests/analysis/records.hpp"

namespace isletime::analysis {
namespace {

MadeRows make(const Simulation& plan, std::uint64_t seed) {
  Simulation seeded = plan;
  seeded.seed = seed;
  MadeRows made{{}, plan.clock.drift_ppm * 1e-6, plan.clock.drift_ppm * 1e-6, {}, {}};
  ClockSimulation simulation(seeded);
  for (std::size_t i = 0; const auto row = simulation.next(); ++i) {
    if (row->is_outlier) made.outliers.push_back(i);
  }
  made.rows = simulated_rows(seeded);
  made.steps.resize(plan.faults.steps);
  return made;
}

MadeRows make(const MadeRecord& plan, std::uint64_t seed) {
  return make_record(plan, seed);
}

// Read every 5 minutes for a day over a local network.
Simulation quartz(double white_ppm, double walk_ppm) {
  Simulation plan;
  plan.clock = {11.7, white_ppm, walk_ppm, 0.0};
  plan.reading = {0.002, 0.0005, SimulatedResolution::kFine};
  plan.interval_s = 300.0;
  return plan;
}

std::vector<Kind> simulated_kinds() {
  std::vector<Kind> all;
  const auto add = [&all](std::string_view name, auto change, double white = 0.0, double walk = 0.0) {
    Simulation plan = quartz(white, walk);
    change(plan);
    all.push_back({name, white > 0.0 || walk > 0.0 ? Promise::kShown : Promise::kKept, plan});
  };
  add("simulate: defaults", [](Simulation& plan) { plan.interval_s = 60.0; });
  add("simulate: gaps",
      [](Simulation& plan) { plan.faults.gap_probability = 0.02, plan.faults.gap_s = 3600.0; });
  add("simulate: outliers",
      [](Simulation& plan) { plan.faults.outlier_probability = 0.02, plan.faults.outlier_s = 1.0; });
  add("simulate: steps", [](Simulation& plan) { plan.faults.steps = 2, plan.faults.step_s = 1.0; });
  add("simulate: changing round trips", [](Simulation& plan) { plan.reading.jitter_s = 0.005; });
  add("simulate: edges", [](Simulation& plan) {
    plan.reading = {0.01, 0.002, SimulatedResolution::kSearchedEdge};
  });
  add("simulate: all of them", [](Simulation& plan) {
    plan.reading.jitter_s = 0.005;
    plan.faults = {0.01, 3600.0, 0.01, 0.5, 2, 1.0};
  });
  add(
      "simulate: a walk", [](Simulation&) {}, 0.01, 0.001);
  add(
      "simulate: a walk, edges",
      [](Simulation& plan) {
        plan.reading = {0.01, 0.002, SimulatedResolution::kSearchedEdge};
      },
      0.01, 0.001);
  add(
      "simulate: white frequency noise", [](Simulation&) {}, 1.0, 0.0);
  add(
      "simulate: a walk that only just shows", [](Simulation& plan) { plan.reading.jitter_s = 0.005; }, 0.0,
      3e-5);
  add("simulate: whole seconds, a day", [](Simulation& plan) {
    plan.interval_s = 60.0;
    plan.reading.resolution = SimulatedResolution::kWholeSeconds;
  });
  add("simulate: whole seconds, ten days", [](Simulation& plan) {
    plan.interval_s = 1800.0;
    plan.duration_s = 10.0 * 86'400.0;
    plan.reading = {0.05, 0.01, SimulatedResolution::kWholeSeconds};
  });
  add("simulate: whole seconds, all faults", [](Simulation& plan) {
    plan.reading = {0.05, 0.01, SimulatedResolution::kWholeSeconds};
    plan.duration_s = 3.0 * 86'400.0;
    plan.faults = {0.01, 3600.0, 0.01, 3.0, 2, 4.0};
  });
  add(
      "simulate: whole seconds, a walk",
      [](Simulation& plan) {
        plan.interval_s = 1800.0;
        plan.duration_s = 10.0 * 86'400.0;
        plan.reading = {0.05, 0.01, SimulatedResolution::kWholeSeconds};
      },
      0.01, 0.001);
  return all;
}

std::vector<Kind> made_kinds() {
  std::vector<Kind> all;
  const auto add = [&all](std::string_view name, auto change) {
    MadeRecord record;
    change(record);
    all.push_back({name, record.white > 0.0 || record.walk > 0.0 ? Promise::kShown : Promise::kKept, record});
  };
  add("made: normal", [](MadeRecord&) {});
  add("made: normal, 100 rows", [](MadeRecord& r) { r.rows = 100; });
  add("made: normal, 30 rows", [](MadeRecord& r) { r.rows = 30; });
  add("made: normal, no bounds", [](MadeRecord& r) { r.has_bound = false; });
  add("made: uniform", [](MadeRecord& r) { r.noise = MadeNoise::kUniform; });
  add("made: exponential ways", [](MadeRecord& r) { r.noise = MadeNoise::kExponential; });
  add("made: round trips by row and day",
      [](MadeRecord& r) { r.noise = MadeNoise::kExponential, r.noise_spread = 0.7, r.noise_by_day = 4.0; });
  add("made: normal by row and day", [](MadeRecord& r) { r.noise_spread = 0.7, r.noise_by_day = 4.0; });
  add("made: gaps", [](MadeRecord& r) { r.gap_share = 0.02; });
  add("made: outliers", [](MadeRecord& r) { r.outlier_share = 0.02; });
  add("made: outliers, exponential ways",
      [](MadeRecord& r) { r.outlier_share = 0.02, r.noise = MadeNoise::kExponential; });
  add("made: steps", [](MadeRecord& r) { r.steps = 2; });
  add("made: steps, 200 rows", [](MadeRecord& r) { r.steps = 2, r.rows = 200; });
  add("made: small steps", [](MadeRecord& r) { r.steps = 2, r.least_step_s = 0.02, r.most_step_s = 0.1; });
  add("made: small steps, 200 rows",
      [](MadeRecord& r) { r.steps = 2, r.rows = 200, r.least_step_s = 0.02, r.most_step_s = 0.1; });
  add("made: all", [](MadeRecord& r) {
    r.noise = MadeNoise::kExponential;
    r.noise_spread = 0.5, r.noise_by_day = 2.0, r.gap_share = 0.01, r.outlier_share = 0.01, r.steps = 2;
  });
  add("made: white frequency noise", [](MadeRecord& r) { r.white = 1e-5; });
  add("made: a walk", [](MadeRecord& r) { r.walk = 3e-9; });
  add("made: a walk that just shows", [](MadeRecord& r) { r.walk = 3e-10; });
  const auto seconds = [&](std::string_view name, auto change) {
    add(name, [&](MadeRecord& r) {
      r.rows = 1440;
      r.noise_s = 0.0;
      r.seconds = MadeSeconds::kFloor;
      change(r);
    });
  };
  seconds("made: floor, 60 s", [](MadeRecord&) {});
  seconds("made: floor, 60 s, bound 1", [](MadeRecord& r) { r.bound_of_seconds_s = 1.0; });
  seconds("made: floor, no bounds", [](MadeRecord& r) { r.has_bound = false; });
  seconds("made: round, 60 s", [](MadeRecord& r) { r.seconds = MadeSeconds::kRound; });
  seconds("made: floor, 60.37 s", [](MadeRecord& r) { r.interval_s = 60.37; });
  seconds("made: floor, jittered interval", [](MadeRecord& r) { r.interval_jitter = 0.02; });
  seconds("made: floor, 20 ms noise", [](MadeRecord& r) { r.noise_s = 0.02; });
  seconds("made: floor, jittered, 20 ms noise",
          [](MadeRecord& r) { r.noise_s = 0.02, r.interval_jitter = 0.02; });
  seconds("made: floor, few edges", [](MadeRecord& r) { r.most_drift_ppm = 15.0; });
  seconds("made: floor, steps", [](MadeRecord& r) { r.steps = 2; });
  seconds("made: round, jittered, steps",
          [](MadeRecord& r) { r.steps = 2, r.interval_jitter = 0.02, r.seconds = MadeSeconds::kRound; });
  seconds("made: floor, outliers", [](MadeRecord& r) { r.outlier_share = 0.01, r.least_outlier_s = 2.0; });
  seconds("made: floor, all", [](MadeRecord& r) {
    r.outlier_share = 0.01, r.steps = 2, r.gap_share = 0.01, r.noise_s = 0.02, r.interval_jitter = 0.02;
  });
  seconds("made: floor, 200 rows of 600 s", [](MadeRecord& r) { r.rows = 200, r.interval_s = 600.0; });
  seconds("made: floor, a walk", [](MadeRecord& r) { r.walk = 3e-9; });
  return all;
}

// How many of one list are not in the other; both ascend.
int missing(const std::vector<std::size_t>& from, const std::vector<std::size_t>& in) {
  return static_cast<int>(std::count_if(from.begin(), from.end(), [&in](std::size_t row) {
    return !std::binary_search(in.begin(), in.end(), row);
  }));
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = [] {
    auto both = simulated_kinds();
    for (Kind& kind : made_kinds()) both.push_back(std::move(kind));
    return both;
  }();
  return all;
}

bool is_of_whole_seconds(const Kind& kind) {
  if (const auto* plan = std::get_if<Simulation>(&kind.plan))
    return plan->reading.resolution == SimulatedResolution::kWholeSeconds;
  return std::get<MadeRecord>(kind.plan).seconds != MadeSeconds::kFine;
}

Outcome try_kind(const Kind& kind, int runs, std::uint64_t first_seed) {
  Outcome outcome;
  std::vector<double> half_widths;
  for (int i = 0; i < runs; ++i) {
    const auto seed = first_seed + static_cast<std::uint64_t>(i);
    const MadeRows made = std::visit([seed](const auto& plan) { return make(plan, seed); }, kind.plan);
    const DriftFit fit = fit_drift(made.rows, {});
    ++outcome.runs;
    // A clock that does not wander has one rate, the mean.
    const Interval interval = kind.promise == Promise::kKept ? fit.mean_interval : fit.interval;
    const auto holds = [&](double rate) {
      return fit.verdict != FitVerdict::kTooFewRows && interval.low <= rate && rate <= interval.high;
    };
    outcome.held += holds(made.rate) ? 1 : 0;
    outcome.held_mean += holds(made.mean_rate) ? 1 : 0;
    outcome.concluded += fit.verdict == FitVerdict::kConclusive ? 1 : 0;
    outcome.false_steps += fit.steps.size() > made.steps.size() ? 1 : 0;
    outcome.missed_steps += fit.steps.size() < made.steps.size() ? 1 : 0;
    outcome.false_outliers += missing(fit.outliers, made.outliers);
    outcome.missed_outliers += missing(made.outliers, fit.outliers);
    half_widths.push_back((fit.interval.high - fit.interval.low) / 2.0);
  }
  outcome.half_width = median(std::move(half_widths));
  return outcome;
}

}  // namespace isletime::analysis
