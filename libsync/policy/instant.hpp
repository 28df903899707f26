// SPDX-License-Identifier: MIT
// Reads two clocks at one instant, although they can only be read one after the other: anything that runs in
// between appears as a difference. No I/O: the caller passes functions that read the clocks.
#pragma once

#include <chrono>

#include "libsync/core/time_types.hpp"

namespace isletime {

struct Instant {
  MonoTime mono;
  WallTime wall;
  nanoseconds bound;  // the two readings are at most this far apart

  constexpr nanoseconds wall_less_mono() const { return wall.time_since_epoch() - mono.time_since_epoch(); }
};

// Returns the best of a few tries, since one of them is usually not interrupted.
template <class ReadMono, class ReadWall>
constexpr Instant read_instant(ReadMono read_mono, ReadWall read_wall) {
  constexpr nanoseconds kGood = std::chrono::microseconds{125};
  constexpr int kMostTries = 16;
  Instant best{.mono = {}, .wall = {}, .bound = nanoseconds::max()};
  for (int tries = 0; tries < kMostTries && best.bound > kGood; ++tries) {
    const MonoTime before = read_mono();
    const WallTime wall = read_wall();
    const nanoseconds apart = elapsed(before, read_mono());
    const nanoseconds bound = (apart + nanoseconds{1}) / 2;
    if (bound < best.bound) best = {before + apart / 2, wall, bound};
  }
  return best;
}

}  // namespace isletime
