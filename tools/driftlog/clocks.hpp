// SPDX-License-Identifier: MIT
// Reads all of the machine's clocks at one instant, and its temperature.
#pragma once

#include <optional>
#include <string>

#include "tools/driftlog/clock_watch.hpp"

namespace isletime::driftlog {

ClockReading read_clocks();

// Waits by CLOCK_BOOTTIME, so that sleep of the machine is part of a wait. May return early if the program is
// to stop.
void sleep_until_boot(MonoTime boot);

// Returns the machine's first thermal zone, or nothing if it has none.
std::optional<std::string> find_thermal_zone();
// Reads a file of thousandths of a degree, as the kernel writes them. Returns nothing if it cannot be read.
std::optional<double> read_celsius(const std::string& path);

}  // namespace isletime::driftlog
