// SPDX-License-Identifier: MIT
// --config FILE: a subset of TOML read by CLI11, whose keys are the long options' names. What
// CLI11 would guess at (lines that are no "key = value", arrays without end, sections, huge or
// binary files) is an error that names the line.
#pragma once

#include <string>

#include "libsync/core/result.hpp"
#include "tools/common/command_line.hpp"

namespace isletime {

// Returns the text without comments, blank lines, and line ends within arrays, as CLI11 reads it. The error
// says what is wrong, and in which line.
Result<std::string, std::string> plain_config(const std::string& text);

void add_config_option(CommandLine& line);

}  // namespace isletime
