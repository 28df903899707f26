// SPDX-License-Identifier: MIT
// sntpctl window: what an experiment with this machine's clock says of it. Taken are conclusive fits of an
// NTP server's offset: only such a server claims to be right, so that what it gains on a clock that nothing
// corrects is what the clock loses. A record that names no source is taken at its owner's word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "tools/common/exit_status.hpp"

namespace isletime::sntpctl {

struct FitRefusal {
  std::string text;  // one clause
  ExitStatus status;
};

struct WindowFit {
  Ppm rate_error;  // by how much the clock may be wrong, above 0: the larger end of the interval
  std::vector<std::string> doubts;  // clauses that people are to know
};

Result<WindowFit, FitRefusal> parse_window_fit(std::string_view text);

// "-": stdin. The refusal names the file.
Result<WindowFit, FitRefusal> read_window_fit(const std::string& file);

}  // namespace isletime::sntpctl
