// SPDX-License-Identifier: MIT
// sntpctl set-rate-error: reads from a fit how wrong the rate of this machine's clock may be. It accepts
// conclusive fits of an NTP server's offset, because only such a server claims to be right: what it gains on
// the uncorrected clock is what that clock loses. A record without a source is accepted with a warning.
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

struct RateErrorFit {
  Ppm rate_error;                   // the larger end of the interval, above 0
  std::vector<std::string> doubts;  // clauses for people
};

Result<RateErrorFit, FitRefusal> parse_rate_error_fit(std::string_view text);

// Reads the fit from a file; "-" is stdin. The refusal names the file.
Result<RateErrorFit, FitRefusal> read_rate_error_fit(const std::string& file);

}  // namespace isletime::sntpctl
