// SPDX-License-Identifier: MIT
// Converts between UTC and the local time of this process, which the environment variable TZ sets (tzset(3)).
#pragma once

#include <vector>

#include "libsync/core/time_types.hpp"

namespace isletime {

// Local times are seconds since the epoch as if they were UTC.
seconds local_of(seconds utc);

struct UtcTimes {
  seconds guess;             // what the system makes of a local time that occurs never or twice
  std::vector<seconds> all;  // ascending: none if clocks were put forward over it, two if they were put back
};

UtcTimes utc_times_of(seconds local);

}  // namespace isletime
