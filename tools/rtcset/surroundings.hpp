// SPDX-License-Identifier: MIT
// Whom rtcset asks besides clocks: a running sntpd, and stdin.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/result.hpp"
#include "tools/rtcset/fault.hpp"

namespace isletime::rtcset {

struct RunningSntpd {
  std::string path;  // of its control socket
  std::string rtc;   // its battery clock, "rtc:/dev/i2c-1@0x68"; empty: none that it told of
};

// Asks at `control`, or where sntpd puts its socket by default. Absent: none runs.
std::optional<RunningSntpd> find_sntpd(const std::optional<std::string>& control);

// All of it. Error: a terminal, at which nobody would type a drift fit.
Result<std::string, Fault> read_stdin();

}  // namespace isletime::rtcset
