// SPDX-License-Identifier: MIT
// Reduces the number of dots without changing the picture: the extremes of each stretch of time are kept.
#pragma once

#include <cstddef>
#include <vector>

#include "tools/driftlog/plot_page.hpp"

namespace isletime::driftlog {

// Keeps at most `most` dots, in the same order: the lowest and the highest of each stretch.
std::vector<Dot> thinned(const std::vector<Dot>& dots, std::size_t most);

// Keeps at most `most` dots, each as low and as high as any of its stretch. A stretch ends where a dot begins
// a line.
std::vector<Dot> enveloped(const std::vector<Dot>& dots, std::size_t most);

}  // namespace isletime::driftlog
