// SPDX-License-Identifier: MIT
// A running sntpd, and whether it has a battery clock, which it then writes itself.
#pragma once

#include <optional>
#include <string>

#include "tools/common/battery_clock/fault.hpp"

namespace isletime::battery_clock {

struct RunningSntpd {
  std::string path;  // of its control socket
  std::string rtc;   // its battery clock, "rtc:/dev/i2c-1@0x68"; empty if it reported none
};

// Asks at `control`, or at the default place of sntpd's socket. Returns nothing if no sntpd is running.
std::optional<RunningSntpd> find_sntpd(const std::optional<std::string>& control);

// Returns nothing if the clock of this name may be written, because no running sntpd uses it.
std::optional<Fault> find_owner(const std::optional<RunningSntpd>& sntpd, const std::string& name);

}  // namespace isletime::battery_clock
