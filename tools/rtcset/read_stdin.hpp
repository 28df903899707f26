// SPDX-License-Identifier: MIT
// A drift fit from stdin.
#pragma once

#include <string>

#include "libsync/core/result.hpp"
#include "tools/common/battery_clock/fault.hpp"

namespace isletime::rtcset {

// All of it. Error: a terminal, at which nobody would type a drift fit.
Result<std::string, battery_clock::Fault> read_stdin();

}  // namespace isletime::rtcset
