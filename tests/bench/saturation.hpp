// SPDX-License-Identifier: MIT
// Gives a server as many requests as it can answer, without overflowing its queue.
#pragma once

#include "libsync/core/time_types.hpp"
#include "libsync/posix/mac.hpp"
#include "tests/bench/server.hpp"

namespace isletime::bench {

struct Saturation {
  double replies_per_second = 0;
  double cpu_us_per_reply = 0;     // of the server
  double core_busy_percent = 0;    // below 100 the server was not the limit
  double core_shared_percent = 0;  // above 0 another process took time from the server
  double client_idle_percent = 0;  // at 0 the client was the limit
};

// `core` is the one on which the server runs; a non-null `key` signs the requests.
Saturation saturate(const Server& server, unsigned core, const Key* key, nanoseconds duration);

}  // namespace isletime::bench
