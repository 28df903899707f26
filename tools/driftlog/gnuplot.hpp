// SPDX-License-Identifier: MIT
// gnuplot as a program at the other end of a pipe.
#pragma once

#include <optional>
#include <string>

#include "tools/common/exit_status.hpp"

namespace isletime::driftlog {

struct PlotFault {
  std::string text;  // one line, without the program's name
  ExitStatus status = ExitStatus::kSystemFailed;
};

// The picture goes to this descriptor. Absent: it is drawn.
std::optional<PlotFault> run_gnuplot(const std::string& script, int output);

}  // namespace isletime::driftlog
