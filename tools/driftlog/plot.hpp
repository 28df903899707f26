// SPDX-License-Identifier: MIT
// driftlog plot: draws what was logged, with gnuplot or as text.
#pragma once

#include "tools/common/command_line.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/driftlog/plot_options.hpp"

namespace isletime::driftlog {

void add_plot_command(CommandLine& program, PlotOptions& options, Log::Level& level);

ExitStatus plot(const PlotOptions& options, Log::Level level);

}  // namespace isletime::driftlog
