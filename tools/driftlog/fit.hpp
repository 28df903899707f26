// SPDX-License-Identifier: MIT
// driftlog fit: estimates the drift of the clocks in records, with one result for each source of a file.
#pragma once

#include <string>
#include <vector>

#include "libsync/analysis/drift_fit.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/driftlog/fit_rows.hpp"

namespace isletime::driftlog {

struct FitOptions {
  std::vector<std::string> files;  // "-" is stdin
  ReadOptions reading;
  analysis::FitQuestion question;
  bool json = false;
};

void add_fit_command(CommandLine& program, FitOptions& options, Log::Level& level);

// Returns a bad verdict if the fit of any source is not conclusive.
ExitStatus fit(const FitOptions& options, Log::Level level);

}  // namespace isletime::driftlog
