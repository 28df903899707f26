// SPDX-License-Identifier: MIT
// The common parts of fit and plot: they read a record's rows from a file or stdin, and take options for its
// columns and for the fit.
#pragma once

#include <string>
#include <vector>

#include "libsync/analysis/drift_fit.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/driftlog/fit_rows.hpp"

namespace isletime::driftlog {

struct Refusal {
  std::string what;  // a clause, without the file's name
  ExitStatus status;
};

// `file` may be "-" for stdin.
Result<std::vector<SourceRows>, Refusal> read_fit_file(const std::string& file, const ReadOptions& options);

// Returns the file's name for messages.
std::string shown_name(const std::string& file);

// Adds --column, --zone, --sort and --skip-bad.
void add_read_options(CommandLine& app, ReadOptions& options);

// Adds --confidence, --precision, --resolution and --oscillator.
void add_verdict_options(CommandLine& app, analysis::FitQuestion& question);

}  // namespace isletime::driftlog
