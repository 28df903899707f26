// SPDX-License-Identifier: MIT
// Reads bytes that are written as hexadecimal digits of either case.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/dialect.hpp"

namespace isletime {

constexpr int value_of_hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Returns nothing unless the text is two digits for each byte, and nothing else.
template <std::size_t Size>
constexpr std::optional<std::array<std::uint8_t, Size>> parse_hex(std::string_view text) {
  if (text.size() != 2 * Size) return std::nullopt;
  std::array<std::uint8_t, Size> bytes{};
  for (std::size_t i = 0; i < Size; ++i) {
    const int high = value_of_hex(text[2 * i]);
    const int low = value_of_hex(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return bytes;
}

}  // namespace isletime
