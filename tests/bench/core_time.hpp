// SPDX-License-Identifier: MIT
// The CPU time that a process and a core have used so far, by the kernel's books. A reply's way through
// loopback runs in the server's own send, so that the kernel's part of the work is on the server's account
// too.
#pragma once

#include <sys/types.h>

#include "libsync/core/time_types.hpp"

namespace isletime::bench {

// The time of all of its threads, user and kernel.
nanoseconds cpu_time_of(pid_t process);
// The time it was ready to run while something else had the core.
nanoseconds waiting_time_of(pid_t process);
// The core's time is counted in ticks of 10 ms.
nanoseconds idle_time_of(unsigned core);

}  // namespace isletime::bench
