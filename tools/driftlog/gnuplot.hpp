// SPDX-License-Identifier: MIT
// Runs gnuplot as a child program.
#pragma once

#include <string>

#include "libsync/core/result.hpp"
#include "tools/common/exit_status.hpp"

namespace isletime::driftlog {

struct PlotFault {
  std::string text;  // one line, without the program's name
  ExitStatus status = ExitStatus::kSystemFailed;
};

// Returns the picture once it is complete.
Result<std::string, PlotFault> run_gnuplot(const std::string& script);

}  // namespace isletime::driftlog
