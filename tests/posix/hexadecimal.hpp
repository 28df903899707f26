// SPDX-License-Identifier: MIT
// Converts bytes from and to the form in which standards and captures print them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/bytes.hpp"

namespace isletime::hexadecimal {

inline std::vector<std::uint8_t> bytes_of_hex(std::string_view digits) {
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(value(digits[i]) * 16 + value(digits[i + 1])));
  }
  return bytes;
}

inline std::string hex_of(Bytes bytes) {
  std::string digits;
  for (const std::uint8_t byte : bytes) {
    for (const int half : {byte >> 4, byte & 0xf}) digits += "0123456789abcdef"[half];
  }
  return digits;
}

}  // namespace isletime::hexadecimal
