// SPDX-License-Identifier: MIT
// What a machine shows to whoever knows the truth.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"

namespace isletime::sim {

// Errors are local - true.
struct JudgedClock {
  Seconds error{};
  struct Belief {
    nanoseconds error{};
    double frequency_error = 0.0;  // of what is believed of the oscillator
    Seconds deviation{};
    Dispersion bound{};
    bool is_followed = true;  // a source says so now
  };
  std::optional<Belief> belief{};  // absent: the clock is not set
};

}  // namespace isletime::sim
