// SPDX-License-Identifier: MIT
// Runs a scenario, event by event, with a hub or with a device, and returns its figures.
#pragma once

#include <cstdint>

#include "tests/sim/scenario.hpp"

namespace isletime::sim {

enum class MachineKind : std::uint8_t { kHub, kDevice };

struct Outcomes {
  Seconds rms{};
  Seconds p99{};
  Seconds maximum{};
  double frequency_error = 0.0;    // RMS
  nanoseconds convergence{};       // from the start until the error stays small for a minute
  nanoseconds recovery{};          // from the disturbance until the error stays small
  double packets = 0.0;            // in 100'000 s
  double within_bound = 0.0;       // share of seconds since the first sample in which the bound held
  double within_deviations = 0.0;  // the same for 3 sigma alone, without the share of the path's asymmetry
  double worst_ratio = 0.0;        // of the error to the stated bound
};

Outcomes run(const Scenario& scenario, MachineKind kind, std::uint64_t seed);

}  // namespace isletime::sim
