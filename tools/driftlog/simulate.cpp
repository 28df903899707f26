// SPDX-License-Identifier: MIT
#include "tools/driftlog/simulate.hpp"

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/output.hpp"
#include "tools/driftlog/number_option.hpp"

namespace isletime::driftlog {
namespace {

using analysis::SimulatedResolution;
using analysis::SimulatedRow;
using analysis::Simulation;

// A record that nobody takes for one that was measured.
constexpr const char* kSource = "simulated:clock";
constexpr WallTime kStart{seconds{1'767'225'600}};  // 2026-01-01T00:00:00Z

constexpr double kMostRows = 20e6;

SampleRecord to_record(const SimulatedRow& row) {
  SampleRecord record;
  record.time = kStart + row.since_start;
  record.source = kSource;
  record.offset = row.offset;
  record.uncertainty = row.uncertainty;
  record.delay = row.delay;
  record.temperature_c = row.temperature_c;
  return record;
}

void add_clock(CLI::App& app, Simulation& plan) {
  constexpr const char* kPpm = "a number of ppm, at most 10000";
  add_number(app, "--drift", plan.clock.drift_ppm, -1e4, 1e4, kPpm, "It gains this much (default: 10)")
      ->type_name("PPM");
  add_number(app, "--white", plan.clock.white_ppm, 0.0, 1e4, kPpm, "Allan deviation at 1 s (default: 0.01)")
      ->type_name("PPM");
  add_number(app, "--walk", plan.clock.walk_ppm, 0.0, 1e4, kPpm,
             "Its rate wanders in a second (default: 0.001)")
      ->type_name("PPM");
  add_number(app, "--temperature", plan.clock.temperature_ppm_per_c, -1e3, 1e3, "a number of ppm a degree",
             "It gains this much a degree more (default: 0)")
      ->type_name("PPM");
  app.add_option_function<std::string>(
         "--swing",
         [&plan](const std::string& text) {
           plan.room.has_thermometer = true;
           plan.room.swing_c = *parse_number(text);
         },
         "A thermometer shows days this many degrees warmer")
      ->type_name("C")
      ->check(must_be("a number of degrees, at most 100", [](const std::string& text) {
        const auto number = parse_number(text);
        return number && *number >= 0.0 && *number <= 100.0;
      }));
}

void add_reading(CLI::App& app, Simulation& plan) {
  constexpr const char* kSeconds = "a number of seconds, at most 3600";
  add_number(app, "--delay", plan.reading.least_delay_s, 0.0, 3600.0, kSeconds,
             "Least round trip (default: 0.002)")
      ->type_name("S");
  add_number(app, "--jitter", plan.reading.jitter_s, 0.0, 3600.0, kSeconds,
             "Mean excess of each way (default: 0.0005)")
      ->type_name("S");
  auto* edges = app.add_flag_callback(
      "--edges", [&plan] { plan.reading.resolution = SimulatedResolution::kSearchedEdge; },
      "It shows whole seconds, read until one changes");
  app.add_flag_callback(
         "--whole-seconds", [&plan] { plan.reading.resolution = SimulatedResolution::kWholeSeconds; },
         "It shows whole seconds, read once")
      ->excludes(edges);
}

void add_faults(CLI::App& app, Simulation& plan) {
  add_number(app, "--gaps", plan.faults.gap_probability, 0.0, 1.0, "a share, from 0 to 1",
             "Share of rows that begin a gap of an hour or so")
      ->type_name("P");
  add_number(app, "--outliers", plan.faults.outlier_probability, 0.0, 1.0, "a share, from 0 to 1",
             "Share of rows that are wrong by up to 1 s")
      ->type_name("P");
  app.add_option("--steps", plan.faults.steps, "So many steps of a second or so")
      ->type_name("N")
      ->check(must_be_within(0, 1000));
}

}  // namespace

void add_simulate_options(CLI::App& app, SimulateOptions& options) {
  Simulation& plan = options.plan;
  constexpr double kHundredYears = 3.2e9;
  add_number(app, "-i,--interval", plan.interval_s, 1e-3, 1e9, "a number of seconds, at least 0.001",
             "Between rows (default: 60)")
      ->type_name("S");
  add_number(app, "-d,--duration", plan.duration_s, 0.0, kHundredYears,
             "a number of seconds, at most a century", "How long (default: 86400)")
      ->type_name("S");
  add_clock(app, plan);
  add_reading(app, plan);
  add_faults(app, plan);
  app.add_option("--seed", plan.seed, "Another number, another record (default: 1)")->type_name("N");
  app.add_flag("--json", options.json, "Print JSON, one object a line, and no CSV");
}

ExitStatus simulate(const SimulateOptions& options, Log::Level level) {
  const Log log("driftlog", level);
  if (options.plan.duration_s / options.plan.interval_s > kMostRows) {
    log.error("--duration: is more than 20000000 times the --interval");
    return ExitStatus::kUsage;
  }
  analysis::ClockSimulation simulation(options.plan);
  Output output;
  if (!options.json) output.line(csv_header());
  // Nobody waits for a single row of these.
  constexpr std::size_t kBlock = std::size_t{64} * 1024;
  std::string block;
  while (const auto row = simulation.next()) {
    const SampleRecord record = to_record(*row);
    block += options.json ? json_line(record) : csv_row(record);
    block += '\n';
    if (block.size() < kBlock) continue;
    output.write(block);
    block.clear();
    if (output.failure()) break;
  }
  output.write(block);
  if (output.failure()) {
    log.error(to_string(*output.failure()));
    return ExitStatus::kSystemFailed;
  }
  return ExitStatus::kGood;
}

}  // namespace isletime::driftlog
