// SPDX-License-Identifier: MIT
// A picture on a dot matrix of 32 columns and 8 rows, such as four 8x8 matrices side by side. Row 0 is the
// top one; a row's most significant bit is its leftmost dot.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/dialect.hpp"

namespace isletime {

struct Picture {
  static constexpr int kColumns = 32;
  static constexpr std::size_t kRows = 8;

  std::array<std::uint32_t, kRows> rows{};

  constexpr bool operator==(const Picture&) const = default;
};

}  // namespace isletime
