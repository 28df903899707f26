// SPDX-License-Identifier: MIT
// Fewer dots for the same picture: what stands out of a stretch of time is kept.
#pragma once

#include <cstddef>
#include <vector>

#include "tools/driftlog/plot_page.hpp"

namespace isletime::driftlog {

// At most `most` dots, in the same order: the lowest and the highest of each stretch.
std::vector<Dot> thinned(const std::vector<Dot>& dots, std::size_t most);

// At most `most`, each of them as low and as high as any of its stretch. One ends at each that begins.
std::vector<Dot> enveloped(const std::vector<Dot>& dots, std::size_t most);

}  // namespace isletime::driftlog
