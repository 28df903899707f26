// SPDX-License-Identifier: MIT
// driftlog fit: the drift of the clocks in records, one answer for each source of a file.
#pragma once

#include <string>
#include <vector>

#include "libsync/analysis/drift_fit.hpp"
#include "tools/common/cli_classes.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/driftlog/fit_columns.hpp"

namespace isletime::driftlog {

struct FitOptions {
  std::vector<std::string> files;  // "-": stdin
  ColumnNames columns;
  analysis::FitQuestion question;
  bool json = false;
};

CLI::App* add_fit_command(CLI::App& program, FitOptions& options);

// The verdict is bad if too little is known of one of them.
ExitStatus fit(const FitOptions& options, Log::Level level);

}  // namespace isletime::driftlog
