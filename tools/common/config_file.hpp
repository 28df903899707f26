// SPDX-License-Identifier: MIT
// --config FILE: a subset of TOML read by CLI11, whose keys are the long options' names. What
// CLI11 would guess at (lines that are no "key = value", arrays without end, sections, huge or
// binary files) is an error that names the line.
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

namespace isletime {

// Absent: well formed. Otherwise what is wrong, and in which line.
std::optional<std::string> find_config_fault(const std::string& text);

void add_config_option(CLI::App& app);

}  // namespace isletime
