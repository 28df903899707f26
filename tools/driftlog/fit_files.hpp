// SPDX-License-Identifier: MIT
// What fit and plot both begin with: a record's rows from a file or stdin, whose columns they are in, and
// what is to be concluded from them.
#pragma once

#include <string>
#include <vector>

#include "libsync/analysis/drift_fit.hpp"
#include "tools/common/cli_classes.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/driftlog/fit_columns.hpp"
#include "tools/driftlog/fit_rows.hpp"

namespace isletime::driftlog {

struct Refusal {
  std::string what;  // a clause, without the file's name
  ExitStatus status;
};

// file: "-" is stdin.
Result<std::vector<SourceRows>, Refusal> read_fit_file(const std::string& file, const ColumnNames& names);

// What messages call it.
std::string shown_name(const std::string& file);

// --column
void add_column_option(CLI::App& app, ColumnNames& columns);

// --confidence and --precision
void add_verdict_options(CLI::App& app, analysis::FitQuestion& question);

}  // namespace isletime::driftlog
