// SPDX-License-Identifier: MIT
// What the serving threads need to know, copied whole: what is said of the clock, and how far the time
// served is from the machine's clock, in which the kernel stamps.
#pragma once

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

// Served = stamp + ahead + what `rate` gains since `base`.
struct ClockMap {
  WallTime base{};
  nanoseconds ahead{};
  double rate = 0.0;

  constexpr WallTime operator()(WallTime stamp) const {
    if (rate == 0.0) return stamp + ahead;
    return stamp + ahead + rounded(Seconds{elapsed(base, stamp)} * rate);
  }
};

struct ServedTime {
  ServerState state;
  ClockMap map;
};

}  // namespace isletime
