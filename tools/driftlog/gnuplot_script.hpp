// SPDX-License-Identifier: MIT
// Writes the script for gnuplot: all pages, one below the other, and the Allan deviations of all in a last
// panel. Names from files are quoted, so that they cannot contain commands.
#pragma once

#include <string>
#include <vector>

#include "tools/driftlog/plot_options.hpp"
#include "tools/driftlog/plot_page.hpp"

namespace isletime::driftlog {

// `picture` is kSvg or kPng.
std::string gnuplot_script(const std::vector<Page>& pages, Picture picture);

// Quotes a text for gnuplot in single quotes, within which no other character is special.
std::string gnuplot_quoted(const std::string& text);

}  // namespace isletime::driftlog
