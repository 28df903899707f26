// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/chip_scale.hpp"

#include <algorithm>
#include <array>

#include <time.h>

namespace isletime::battery_clock {
namespace {

// The changes of clocks at the ends of daylight saving; Lord Howe Island's is half an hour.
constexpr std::array kTurns{seconds{0}, seconds{-1800}, seconds{1800}, seconds{-3600}, seconds{3600}};

seconds systems_choice(seconds shown) {
  const auto as_if_utc = static_cast<time_t>(shown.count());
  tm parts{};
  gmtime_r(&as_if_utc, &parts);
  parts.tm_isdst = -1;
  return seconds{mktime(&parts)};
}

}  // namespace

seconds to_utc(seconds shown, ChipScale scale, seconds near) {
  if (scale == ChipScale::kUtc) return shown;
  const seconds chosen = systems_choice(shown);
  seconds nearest = chosen;
  for (const seconds turn : kTurns) {
    const seconds candidate = chosen + turn;
    if (from_utc(candidate, scale) != shown) continue;
    if (std::chrono::abs(candidate - near) < std::chrono::abs(nearest - near)) nearest = candidate;
  }
  return nearest;
}

seconds from_utc(seconds utc, ChipScale scale) {
  if (scale == ChipScale::kUtc) return utc;
  const auto time = static_cast<time_t>(utc.count());
  tm parts{};
  localtime_r(&time, &parts);
  return seconds{timegm(&parts)};
}

bool comes_twice(seconds shown, ChipScale scale) {
  if (scale == ChipScale::kUtc) return false;
  const seconds chosen = systems_choice(shown);
  return std::count_if(kTurns.begin(), kTurns.end(),
                       [&](seconds turn) { return from_utc(chosen + turn, scale) == shown; }) > 1;
}

}  // namespace isletime::battery_clock
