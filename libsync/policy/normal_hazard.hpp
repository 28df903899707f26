// SPDX-License-Identifier: MIT
// phi/Phi of the standard normal distribution, which is the mean of what lies above a soft edge, from a table
// for a CPU without floating point. Arguments and results are in units of 2^-12 (Q12).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/dialect.hpp"

namespace isletime {

inline constexpr std::int32_t kOneQ12 = 4096;

// phi(x) / Phi(x) for x from -6 to 4 1/8, where it rounds to zero, in steps of 1/8.
inline constexpr std::array<std::uint16_t, 82> kNormalHazard{
    25225, 24726, 24227, 23728, 23230, 22733, 22236, 21740, 21244, 20749, 20255, 19761, 19269, 18777,
    18286, 17797, 17308, 16821, 16334, 15849, 15366, 14884, 14403, 13924, 13448, 12973, 12500, 12030,
    11562, 11097, 10635, 10176, 9721,  9269,  8822,  8379,  7941,  7508,  7081,  6661,  6247,  5841,
    5443,  5053,  4674,  4305,  3947,  3601,  3268,  2949,  2645,  2357,  2086,  1831,  1595,  1377,
    1178,  998,   837,   694,   568,   460,   368,   291,   226,   174,   132,   98,    72,    52,
    37,    26,    18,    12,    8,     5,     4,     2,     1,     1,     1,     0,
};

// Accurate to 0.1 % or 0.001 of phi(x) / Phi(x), whichever is more, for x from -2^20 on.
constexpr std::int32_t normal_hazard(std::int32_t x) {
  constexpr std::int32_t kStart = -6 * kOneQ12;
  constexpr std::int32_t kStep = kOneQ12 / 8;
  // phi/Phi = a + 1/(a + 2/(a + ...)) for x = -a (Laplace).
  if (x <= kStart) return -x + kOneQ12 * kOneQ12 / (-x + 2 * kOneQ12 * kOneQ12 / -x);
  const auto from_start = static_cast<std::uint32_t>(x - kStart);
  const std::uint32_t index = from_start / kStep;
  if (index + 1 >= kNormalHazard.size()) return 0;
  const std::int32_t low = kNormalHazard[index];
  const std::int32_t high = kNormalHazard[index + 1];
  return low + (high - low) * static_cast<std::int32_t>(from_start % kStep) / kStep;
}

}  // namespace isletime
