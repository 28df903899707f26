// SPDX-License-Identifier: MIT
// A page in characters: a chart for each of its panels, of at most 24 lines.
#pragma once

#include <string>

#include "tools/driftlog/plot_page.hpp"
#include "tools/driftlog/text_look.hpp"

namespace isletime::driftlog {

// Returns whole lines, none longer than there are columns.
std::string text_charts(const Page& page, const TextLook& look);

}  // namespace isletime::driftlog
