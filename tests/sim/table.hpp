// SPDX-License-Identifier: MIT
// Prints the scenarios' results as a table, and checks each row against its bounds.
#pragma once

#include "tests/sim/simulation.hpp"

namespace isletime::sim {

// Returns the median of each figure, and the mean of the shares of seconds.
Outcomes median_of(const Scenario& scenario, MachineKind kind, int seeds);

void print_heading(const char* machine);
// Prints the bounds that were exceeded. Returns whether there was none.
bool print_row(const Scenario& scenario, const Bounds& bounds, const Outcomes& outcomes);

}  // namespace isletime::sim
