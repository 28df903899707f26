// SPDX-License-Identifier: MIT
// A process's memory, from /proc/PID/smaps_rollup.
#pragma once

#include <sys/types.h>

namespace isletime::bench {

struct Memory {
  double rss_kb = 0;  // all that is resident
  double pss_kb = 0;  // shared pages divided by their sharers
};

Memory memory_of(pid_t process);

}  // namespace isletime::bench
