// SPDX-License-Identifier: MIT
#include "tools/driftlog/simulate.hpp"

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/fit_object.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/output.hpp"
#include "tools/driftlog/duration.hpp"
#include "tools/driftlog/number_option.hpp"

namespace isletime::driftlog {
namespace {

using analysis::SimulatedResolution;
using analysis::SimulatedRow;
using analysis::Simulation;
using std::chrono::milliseconds;

// The source's name shows that the record was not measured.
constexpr const char* kSource = "simulated:clock";
static_assert(std::string_view{kSource}.starts_with(kSimulatedSource));
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

void add_duration(CommandLine& app, const char* names, double& value_s, nanoseconds least, const char* what,
                  const char* help) {
  app.add_option(
         names,
         [&value_s](const std::string& text) {
           value_s = std::chrono::duration<double>(*parse_duration(text)).count();
         },
         help)
      .type_name("S")
      .check(must_be_duration(least, what));
}

void add_clock(CommandLine& app, Simulation& plan) {
  constexpr const char* kPpm = "a number of ppm, at most 10000";
  add_number(app, "--ppm", plan.clock.drift_ppm, -1e4, 1e4, kPpm, "It gains this much (default: 10)")
      .type_name("PPM");
  add_number(app, "--white", plan.clock.white_ppm, 0.0, 1e4, kPpm, "Allan deviation at 1 s (default: 0)")
      .type_name("PPM");
  add_number(app, "--walk", plan.clock.walk_ppm, 0.0, 1e4, kPpm, "Its rate wanders in a second (default: 0)")
      .type_name("PPM");
  const auto takes_temperatures = [&plan](double& value) {
    return [&plan, &value](double number) {
      value = number;
      plan.room.has_thermometer = true;
    };
  };
  add_number(app, "--temperature", takes_temperatures(plan.clock.temperature_ppm_per_c), -1e3, 1e3,
             "a number of ppm a degree", "It gains this much a degree more (default: 0)")
      .type_name("PPM");
  add_number(app, "--swing", takes_temperatures(plan.room.swing_c), 0.0, 100.0,
             "a number of degrees, at most 100", "A day is this much warmer, a night colder (default: 5)")
      .type_name("C");
}

void add_reading(CommandLine& app, Simulation& plan) {
  constexpr const char* kSeconds = "a number of seconds, at most 3600";
  add_number(app, "--delay", plan.reading.least_delay_s, 0.0, 3600.0, kSeconds,
             "Least round trip (default: 0.002)")
      .type_name("S");
  add_number(app, "--jitter", plan.reading.jitter_s, 0.0, 3600.0, kSeconds,
             "Mean excess of each way (default: 0.0005)")
      .type_name("S");
  const Option edges = app.add_flag(
      "--edges", [&plan] { plan.reading.resolution = SimulatedResolution::kSearchedEdge; },
      "It shows whole seconds, read until one changes");
  app.add_flag(
         "--whole-seconds", [&plan] { plan.reading.resolution = SimulatedResolution::kWholeSeconds; },
         "It shows whole seconds, read once")
      .excludes(edges);
}

void add_faults(CommandLine& app, Simulation& plan) {
  add_number(app, "--gaps", plan.faults.gap_probability, 0.0, 1.0, "a share, from 0 to 1",
             "Share of rows that begin a gap of an hour or so")
      .type_name("P");
  add_number(app, "--outliers", plan.faults.outlier_probability, 0.0, 1.0, "a share, from 0 to 1",
             "Share of rows that are wrong by up to 1 s")
      .type_name("P");
  app.add_option("--steps", plan.faults.steps, "So many steps of a second or so")
      .type_name("N")
      .check(must_be_within(0, 1000));
}

}  // namespace

void add_simulate_command(CommandLine& program, SimulateOptions& options, Log::Level& level) {
  CommandLine app =
      program.add_command("simulate", "Print the record that a clock would leave behind", level);
  Simulation& plan = options.plan;
  add_duration(app, "-i,--interval", plan.interval_s, milliseconds{1}, "a time, at least 0.001 s",
               "Between rows: seconds, or 5m, 1h, 1d (default: 1m)");
  add_duration(app, "-d,--duration", plan.duration_s, nanoseconds::zero(), "a time, as in 90, 5m, 1.5h, 2d",
               "How long (default: 1d)");
  add_clock(app, plan);
  add_reading(app, plan);
  add_faults(app, plan);
  app.add_option("--seed", plan.seed, "Another number, another record (default: 1)").type_name("N");
  app.add_flag("--json", options.json, "Print JSON, one object a line, and no CSV");
  app.footer("Example: driftlog simulate -d 1d -i 5m | driftlog fit --precision 1 -");
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
  // The rows are not flushed one by one, as nobody waits for a single one.
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
