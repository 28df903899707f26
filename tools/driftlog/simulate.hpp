// SPDX-License-Identifier: MIT
// driftlog simulate: writes the record that a clock would leave behind, as sample records.
#pragma once

#include "libsync/analysis/clock_simulation.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"

namespace isletime::driftlog {

struct SimulateOptions {
  analysis::Simulation plan{
      .clock = {.drift_ppm = 10.0, .white_ppm = 0.0, .walk_ppm = 0.0, .temperature_ppm_per_c = 0.0},
      .room = {.swing_c = 5.0},
      .reading = {.least_delay_s = 0.002, .jitter_s = 0.0005},
      .faults = {.gap_probability = 0.0,
                 .gap_s = 3600.0,
                 .outlier_probability = 0.0,
                 .outlier_s = 1.0,
                 .steps = 0,
                 .step_s = 1.0}};
  bool json = false;
};

void add_simulate_command(CommandLine& program, SimulateOptions& options, Log::Level& level);

ExitStatus simulate(const SimulateOptions& options, Log::Level level);

}  // namespace isletime::driftlog
