// SPDX-License-Identifier: MIT
#include "firmware/kit/settings.hpp"

#include "firmware/board.hpp"

namespace isletime::firmware {

std::string_view setting(std::string_view name) {
  std::string_view rest = board::settings();
  std::string_view found;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find(' '));
    rest.remove_prefix(pair.size() == rest.size() ? pair.size() : pair.size() + 1);
    if (pair.size() > name.size() && pair.substr(0, name.size()) == name && pair[name.size()] == '=') {
      found = pair.substr(name.size() + 1);
    }
  }
  return found;
}

std::uint32_t number_setting(std::string_view name, std::uint32_t otherwise, std::uint32_t most) {
  const std::string_view text = setting(name);
  std::uint32_t number = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return otherwise;
    const std::uint64_t next = std::uint64_t{number} * 10 + static_cast<std::uint32_t>(digit - '0');
    if (next > most) return otherwise;
    number = static_cast<std::uint32_t>(next);
  }
  return text.empty() ? otherwise : number;
}

}  // namespace isletime::firmware
