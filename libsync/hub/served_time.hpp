// SPDX-License-Identifier: MIT
// The data that the serving threads need, copied as a whole: the state of the clock, and how far the served
// time is ahead of the machine's clock, which the kernel's timestamps use.
#pragma once

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

// Served time = timestamp + ahead + the gain at `rate` since `base`.
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
