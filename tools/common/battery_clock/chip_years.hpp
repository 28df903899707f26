// SPDX-License-Identifier: MIT
// Determines the century of a chip that stores two digits of the year.
#pragma once

#include "libsync/core/civil_time.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::battery_clock {

// Returns the date to which a chip's year is the nearest. Chips and kernel drivers count leap years correctly
// from 2000 to 2099. `made` is the build time.
inline CivilDate near_date(WallTime made) {
  constexpr CivilDate kMiddle{.year = 2050, .month = 1, .day = 1};
  const CivilDate date = to_civil_time(made).date;
  return date.year > kMiddle.year ? date : kMiddle;
}

}  // namespace isletime::battery_clock
