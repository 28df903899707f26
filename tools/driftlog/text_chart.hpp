// SPDX-License-Identifier: MIT
// Draws a page in characters: a chart of at most 24 lines for each of its panels.
#pragma once

#include <string>

#include "tools/driftlog/plot_page.hpp"
#include "tools/driftlog/text_look.hpp"

namespace isletime::driftlog {

// Returns whole lines, none longer than there are columns.
std::string text_charts(const Page& page, const TextLook& look);

}  // namespace isletime::driftlog
