// SPDX-License-Identifier: MIT
// Declarations that the files of the chips' model share. Only they include this.
#pragma once

#include "tests/fakes/rtc_model.hpp"

namespace isletime::fakes {

inline constexpr nanoseconds kSecond = seconds{1};

struct ModelChip::Layout {
  unsigned registers;  // after which the pointer wraps round
  std::uint8_t time;   // seconds, minutes, hours
  std::uint8_t day;    // as an offset from the seconds
  std::uint8_t weekday;
  std::uint8_t first_weekday;             // the value for Sunday
  std::array<std::uint8_t, 7> time_bits;  // that exist, in register order; flags are excluded
  std::uint8_t flag_at;
  std::uint8_t flag;  // only a write clears it; 0 if there is none
  nanoseconds first_tick;
};

}  // namespace isletime::fakes
