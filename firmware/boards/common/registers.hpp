// SPDX-License-Identifier: MIT
// A 32-bit register of a peripheral, by its address.
#pragma once

#include <cstdint>

namespace isletime::board {

inline volatile std::uint32_t& reg(std::uintptr_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);  // NOLINT(performance-no-int-to-ptr)
}

}  // namespace isletime::board
