// SPDX-License-Identifier: MIT
// driftlog plot: draws what was logged, with gnuplot or as text.
#pragma once

#include "tools/common/cli_classes.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/driftlog/plot_options.hpp"

namespace isletime::driftlog {

CLI::App* add_plot_command(CLI::App& app, PlotOptions& options);

ExitStatus plot(const PlotOptions& options, Log::Level level);

}  // namespace isletime::driftlog
