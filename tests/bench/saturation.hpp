// SPDX-License-Identifier: MIT
// A server with as many requests before it as it can answer.
#pragma once

#include "libsync/core/time_types.hpp"
#include "tests/bench/server.hpp"

namespace isletime::bench {

struct Saturation {
  double replies_per_second = 0;
  double cpu_us_per_reply = 0;     // the server's
  double core_busy_percent = 0;    // below 100, it is not the server's limit that was measured
  double core_shared_percent = 0;  // above 0, something else took time from the server
  double idle_looks_percent = 0;   // of the client's, which found no reply; at 0 the client was the limit
};

// `core`: where the server runs.
Saturation saturate(const Server& server, unsigned core, nanoseconds duration);

}  // namespace isletime::bench
