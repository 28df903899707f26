// SPDX-License-Identifier: MIT
// driftlog's command line: sources to log, or a subcommand.
#pragma once

#include <variant>

#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/driftlog/fit.hpp"
#include "tools/driftlog/log_options.hpp"
#include "tools/driftlog/plot_options.hpp"
#include "tools/driftlog/simulate.hpp"

namespace isletime::driftlog {

using Job = std::variant<LogOptions, FitOptions, PlotOptions, SimulateOptions>;

struct Options {
  Job job;
  Log::Level level = Log::Level::kNotices;
};

// The error is the exit status: help was printed, or stderr says what is wrong.
std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv);

}  // namespace isletime::driftlog
