// SPDX-License-Identifier: MIT
// What gnuplot is told: all panels and their data in one script, which takes nothing but text of ours and
// numbers, whatever the files said.
#pragma once

#include <string>
#include <vector>

#include "tools/driftlog/plot_options.hpp"
#include "tools/driftlog/series.hpp"

namespace isletime::driftlog {

// picture: kSvg or kPng.
std::string gnuplot_script(const std::vector<Series>& all, Picture picture);

}  // namespace isletime::driftlog
