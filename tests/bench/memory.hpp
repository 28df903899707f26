// SPDX-License-Identifier: MIT
// A process's memory, from /proc/PID/smaps_rollup.
#pragma once

#include <sys/types.h>

namespace isletime::bench {

struct Memory {
  double rss_kb = 0;  // everything resident
  double pss_kb = 0;  // each shared page divided by the number of its users
};

Memory memory_of(pid_t process);

}  // namespace isletime::bench
