// SPDX-License-Identifier: MIT
// Two decimal digits in a byte, as clock chips store them.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/dialect.hpp"

namespace isletime {

// Returns nothing if a digit is above 9.
constexpr std::optional<std::uint8_t> from_bcd(std::uint8_t byte) {
  const auto tens = static_cast<std::uint8_t>(byte >> 4);
  const auto ones = static_cast<std::uint8_t>(byte & 0x0f);
  if (tens > 9 || ones > 9) return std::nullopt;
  return static_cast<std::uint8_t>(tens * 10 + ones);
}

// `value` is 0 to 99.
constexpr std::uint8_t to_bcd(std::uint8_t value) {
  return static_cast<std::uint8_t>(value / 10 << 4 | value % 10);
}

}  // namespace isletime
