// SPDX-License-Identifier: MIT
// Every header of core, policy, ports and drivers begins with this one, so that a compilation under an older
// standard is told that in one line, and not by a page of errors about types.
#pragma once

// This is what GCC 10 says of -std=gnu++20.
#if __cplusplus < 201709L
#error "isletime needs C++20: compile with -std=gnu++20"
// There is no such file, which ends the compilation here.
#define ISLETIME_NEEDS "isletime needs C++20"
#include ISLETIME_NEEDS
#endif
