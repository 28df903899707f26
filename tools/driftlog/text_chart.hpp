// SPDX-License-Identifier: MIT
// Offsets over time, drawn in characters.
#pragma once

#include <string>

#include "tools/driftlog/series.hpp"

namespace isletime::driftlog {

// 80 columns: "*" rows, ":" their bounds, "|" marks.
std::string text_chart(const Series& series);

}  // namespace isletime::driftlog
