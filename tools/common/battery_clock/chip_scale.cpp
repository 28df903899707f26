// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/chip_scale.hpp"

#include "tools/common/local_time.hpp"

namespace isletime::battery_clock {

seconds to_utc(seconds shown, ChipScale scale, seconds near) {
  if (scale == ChipScale::kUtc) return shown;
  const UtcTimes times = utc_times_of(shown);
  seconds nearest = times.guess;
  for (const seconds candidate : times.all) {
    if (std::chrono::abs(candidate - near) < std::chrono::abs(nearest - near)) nearest = candidate;
  }
  return nearest;
}

seconds from_utc(seconds utc, ChipScale scale) {
  return scale == ChipScale::kUtc ? utc : local_of(utc);
}

bool comes_twice(seconds shown, ChipScale scale) {
  return scale == ChipScale::kLocalTime && utc_times_of(shown).all.size() > 1;
}

}  // namespace isletime::battery_clock
