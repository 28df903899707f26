// SPDX-License-Identifier: MIT
// Whom rtcset asks besides clocks: a running sntpd, and stdin.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/result.hpp"
#include "tools/rtcset/fault.hpp"

namespace isletime::rtcset {

// The socket at which one answers: `control`, or where it puts it by default. Absent: none runs.
std::optional<std::string> find_sntpd(const std::optional<std::string>& control);

// All of it.
Result<std::string, Fault> read_stdin();

}  // namespace isletime::rtcset
