// SPDX-License-Identifier: MIT
// Measures how much each part of the estimator contributes: runs scenarios with all parts, and with each one
// left out.
#pragma once

namespace isletime::sim {

// Prints one line per scenario: the RMS error with all parts, and its growth without each part.
void print_ablation(int seeds);

}  // namespace isletime::sim
