// SPDX-License-Identifier: MIT
// From what is known of the clock to what is done about it: the oscillator's frequency is taken off, its
// phase error slewed away, or stepped where the rule allows. Pure values; whoever has the clock applies
// them and tells SteeredClock what it really got.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

struct StepRule {
  // Larger errors are stepped. Absent: never.
  std::optional<nanoseconds> threshold = std::chrono::milliseconds{100};
  // Otherwise only before the clock was first synchronised.
  bool at_any_time = false;
};

struct ControlLimits {
  StepRule step{};
  // Refused once the clock has been synchronised: who moves it that far is more likely wrong than we.
  nanoseconds panic = seconds{1000};
  // Of the wall clock against the oscillator, all told: the range of the kernel's tick.
  double max_rate = 0.1;
};

// The wall clock against what is believed true; both local - true.
struct ClockError {
  nanoseconds phase{};
  double frequency = 0.0;  // of the oscillator, unsteered
};

struct Slew {
  double rate = 0.0;  // in addition to Correction::rate
  nanoseconds duration{};
};

struct Correction {
  double rate = 0.0;  // of the wall clock against the oscillator, from now on
  std::optional<Slew> slew;
  std::optional<Offset> step;  // never with a slew
};

enum class ControlRefusal : std::uint8_t { kPanic };

// `until_next`: to the source's next sample. `was_synchronised` must outlive restarts, or each of them
// would reopen the panic limit.
Result<Correction, ControlRefusal> correct(const ClockError& error, nanoseconds until_next,
                                           bool was_synchronised, const ControlLimits& limits);

}  // namespace isletime
