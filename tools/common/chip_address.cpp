// SPDX-License-Identifier: MIT
#include "tools/common/chip_address.hpp"

#include <charconv>

namespace isletime {

std::optional<std::uint8_t> parse_chip_address(std::string_view text) {
  const bool is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (is_hexadecimal) text.remove_prefix(2);
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value, is_hexadecimal ? 16 : 10);
  if (failure != std::errc{} || stop != end || value < 0x08 || value > 0x77) return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

}  // namespace isletime
