// SPDX-License-Identifier: MIT
// The script for gnuplot: all pages, one below the other, and the Allan deviations of all in a last panel. It
// has nothing but text of ours, numbers, and names that are quoted, whatever the files said.
#pragma once

#include <string>
#include <vector>

#include "tools/driftlog/plot_options.hpp"
#include "tools/driftlog/plot_page.hpp"

namespace isletime::driftlog {

// `picture` is kSvg or kPng.
std::string gnuplot_script(const std::vector<Page>& pages, Picture picture);

// Quotes a text for gnuplot: in single quotes, between which nothing but they mean anything.
std::string gnuplot_quoted(const std::string& text);

}  // namespace isletime::driftlog
