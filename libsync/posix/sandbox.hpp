// SPDX-License-Identifier: MIT
// Restricts all threads of this process, from now on, to the system calls that its kind of server makes
// (seccomp(2)). An attempt to run a program, trace another one or load code into the kernel kills the
// process. Any other unexpected call fails with EPERM and is logged by the kernel's audit, since a new libc
// may make calls that it can do without.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/posix/sys_error.hpp"

namespace isletime {

enum class Sandbox : std::uint8_t {
  kTimeServer,  // sets the system clock and reads and sets clock chips
  kWebServer,   // sets no clock
};

// Returns the failure if the system has no such filters. Sets no_new_privs.
std::optional<SysError> enter_sandbox(Sandbox kind = Sandbox::kTimeServer);

}  // namespace isletime
