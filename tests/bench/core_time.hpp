// SPDX-License-Identifier: MIT
// The CPU time that a process and a core have used so far, as the kernel counts it. Over loopback, the kernel
// delivers a reply within the server's own send call, so its work counts as the server's.
#pragma once

#include <sys/types.h>

#include "libsync/core/time_types.hpp"

namespace isletime::bench {

// Returns the user and kernel time of all threads.
nanoseconds cpu_time_of(pid_t process);
// Returns how long it was ready to run while another process had the core.
nanoseconds waiting_time_of(pid_t process);
// The kernel counts a core's idle time in ticks of 10 ms.
nanoseconds idle_time_of(unsigned core);

}  // namespace isletime::bench
