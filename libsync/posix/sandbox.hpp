// SPDX-License-Identifier: MIT
// From now on the kernel lets this process do only what a time server does (seccomp(2)): all of its threads,
// now and for ever. An attempt to run a program, trace another or load code into the kernel kills it; any
// other call that is not expected fails with EPERM and is logged by the kernel's audit, for a new libc may
// make one that it can do without.
#pragma once

#include <optional>

#include "libsync/posix/sys_error.hpp"

namespace isletime {

// Returns the failure, if the system has no such filters. Sets no_new_privs.
std::optional<SysError> enter_sandbox();

}  // namespace isletime
