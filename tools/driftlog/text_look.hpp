// SPDX-License-Identifier: MIT
// Determines what the terminal at stdout can show.
#pragma once

#include <cstddef>

namespace isletime::driftlog {

struct TextLook {
  std::size_t columns = 80;
  bool is_utf8 = false;
  bool has_colours = false;
};

// Uses COLUMNS or else the terminal, the locale, and NO_COLOR. A pipe has 80 columns and no colours.
TextLook find_text_look();

}  // namespace isletime::driftlog
