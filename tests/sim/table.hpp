// SPDX-License-Identifier: MIT
// The scenarios' results as a table, each row held to its bounds.
#pragma once

#include "tests/sim/simulation.hpp"

namespace isletime::sim {

// Of each column by itself; of the shares of seconds the mean.
Outcomes median_of(const Scenario& scenario, MachineKind kind, int seeds);

void print_heading(const char* machine);
// Returns whether every bound was kept; names those that were not.
bool print_row(const Scenario& scenario, const Bounds& bounds, const Outcomes& outcomes);

}  // namespace isletime::sim
