// SPDX-License-Identifier: MIT
// The checks of a battery clock that show and check both go through, so that their verdicts agree.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/rtcset/job.hpp"

namespace isletime::rtcset {

struct Check {
  const char* name;
  bool is_good;
  std::string text;
};

// Returns nothing of the registers if a kernel driver does not show them.
std::vector<Check> checks_of(const Job& job, const Measurement& measurement,
                             const std::optional<RegisterReport>& registers);

// Returns the first check that failed, or null.
const Check* find_failed(const std::vector<Check>& checks);

}  // namespace isletime::rtcset
