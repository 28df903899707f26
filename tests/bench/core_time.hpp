// SPDX-License-Identifier: MIT
// What a process and a core spent so far, by the kernel's books. A reply's way through loopback runs
// in the server's own send, so that the kernel's part of the work is on the server's account too.
#pragma once

#include <sys/types.h>

#include "libsync/core/time_types.hpp"

namespace isletime::bench {

// All of its threads, user and kernel.
nanoseconds cpu_time_of(pid_t process);
// Ready to run while something else had the core.
nanoseconds waiting_time_of(pid_t process);
// Counted in ticks of 10 ms.
nanoseconds idle_time_of(unsigned core);

}  // namespace isletime::bench
