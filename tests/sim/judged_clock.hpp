// SPDX-License-Identifier: MIT
// A machine's clock compared with true time, and what the machine believes of it.
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
    double frequency_error = 0.0;  // of the estimated frequency of the oscillator
    Seconds deviation{};
    Dispersion bound{};
    bool is_followed = true;  // a source is followed now
  };
  std::optional<Belief> belief{};  // nothing if the clock is not set
};

}  // namespace isletime::sim
