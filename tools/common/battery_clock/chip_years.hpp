// SPDX-License-Identifier: MIT
// Which century a chip is in, of whose year two digits are told.
#pragma once

#include "libsync/core/civil_time.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::battery_clock {

// The date that a chip's year is the nearest to. Chips count leap years from 2000 to 2099, and so do the
// kernel's drivers. `made`: when this program was.
inline CivilDate near_date(WallTime made) {
  constexpr CivilDate kMiddle{.year = 2050, .month = 1, .day = 1};
  const CivilDate date = to_civil_time(made).date;
  return date.year > kMiddle.year ? date : kMiddle;
}

}  // namespace isletime::battery_clock
