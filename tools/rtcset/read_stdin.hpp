// SPDX-License-Identifier: MIT
// Reads a drift fit from stdin.
#pragma once

#include <string>

#include "libsync/core/result.hpp"
#include "tools/common/battery_clock/fault.hpp"

namespace isletime::rtcset {

// Reads stdin to its end. Fails if it is a terminal, at which nobody would type a drift fit.
Result<std::string, battery_clock::Fault> read_stdin();

}  // namespace isletime::rtcset
