// SPDX-License-Identifier: MIT
#include "libsync/posix/clocks.hpp"

#include <algorithm>

namespace isletime {
namespace {

nanoseconds now_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return to_nanoseconds(time);
}

}  // namespace

WallTime wall_now() {
  return WallTime{now_of(CLOCK_REALTIME)};
}
MonoTime mono_now() {
  return MonoTime{now_of(CLOCK_MONOTONIC)};
}
std::optional<nanoseconds> raw_now() {
  timespec time{};
  if (clock_gettime(CLOCK_MONOTONIC_RAW, &time) != 0) return std::nullopt;
  return to_nanoseconds(time);
}

std::int8_t measure_precision() {
  nanoseconds least = std::chrono::milliseconds{500};
  for (int i = 0; i < 64; ++i) {
    const WallTime before = wall_now();
    WallTime after = wall_now();
    // The number of tries is bounded, because a simulated clock may stand still.
    for (int tries = 0; after == before && tries < 1000; ++tries) after = wall_now();
    if (after > before) least = std::min(least, elapsed(before, after));
  }
  std::int8_t log2 = -1;
  for (nanoseconds step = std::chrono::milliseconds{500}; step > least && log2 > -30; step /= 2) --log2;
  return log2;
}

}  // namespace isletime
