// SPDX-License-Identifier: MIT
// What each part of the estimator buys: scenarios with the whole of it, and with one part left out.
#pragma once

namespace isletime::sim {

// Prints a line a scenario: the RMS error of the whole, and by what it grows without each part.
void print_ablation(int seeds);

}  // namespace isletime::sim
