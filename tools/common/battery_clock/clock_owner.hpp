// SPDX-License-Identifier: MIT
// A running sntpd, and whether it has a battery clock, which it then writes itself.
#pragma once

#include <optional>
#include <string>

#include "tools/common/battery_clock/fault.hpp"

namespace isletime::battery_clock {

struct RunningSntpd {
  std::string path;  // of its control socket
  std::string rtc;   // its battery clock, "rtc:/dev/i2c-1@0x68"; empty: none that it told of
};

// Asks at `control`, or where sntpd puts its socket by default. Absent: none runs.
std::optional<RunningSntpd> find_sntpd(const std::optional<std::string>& control);

// Absent: the clock of this name may be written, as the sntpd that runs, if any, does not have it.
std::optional<Fault> find_owner(const std::optional<RunningSntpd>& sntpd, const std::string& name);

}  // namespace isletime::battery_clock
