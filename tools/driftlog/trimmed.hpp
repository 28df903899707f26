// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace isletime::driftlog {

// Returns the text without the blanks and line ends around it.
constexpr std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace isletime::driftlog
