// SPDX-License-Identifier: MIT
// The bytes of a write of all time registers: the first register's address, then the registers' values.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/dialect.hpp"

namespace isletime {

template <std::size_t Size>
constexpr std::array<std::uint8_t, Size + 1> time_write(std::uint8_t first,
                                                        const std::array<std::uint8_t, Size>& registers) {
  std::array<std::uint8_t, Size + 1> bytes{first};
  std::copy(registers.begin(), registers.end(), bytes.begin() + 1);
  return bytes;
}

}  // namespace isletime
