// SPDX-License-Identifier: MIT
// The common part of the files that stand in for libc: the simulation, and libc's own functions, which take
// what is not simulated.
#pragma once

#include <dlfcn.h>

#include "tests/clocksim/simulation.hpp"

namespace isletime::clocksim {

// Refuses a second thread.
Simulation& simulation();

template <class Function>
Function libc(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace isletime::clocksim
