// SPDX-License-Identifier: MIT
// What the replacements of libc functions share: the simulation, and libc's own functions for calls that are
// not simulated.
#pragma once

#include <dlfcn.h>

#include "tests/clocksim/simulation.hpp"

namespace isletime::clocksim {

// Ends the program if it starts a second thread.
Simulation& simulation();

template <class Function>
Function libc(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace isletime::clocksim
