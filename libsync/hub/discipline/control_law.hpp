// SPDX-License-Identifier: MIT
// Converts the estimate of the clock's error to a correction: the oscillator's frequency is compensated, and
// its phase error is slewed away, or stepped if the limits allow. Plain values; the caller applies them and
// reports to SteeredClock what was really applied.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

struct StepRule {
  // Larger errors are stepped; without a value none is.
  std::optional<nanoseconds> threshold = std::chrono::milliseconds{100};
  // If false, only before the clock is first synchronised.
  bool at_any_time = false;
};

struct ControlLimits {
  StepRule step{};
  // Larger errors are refused once the clock has been synchronised: then the source is more likely wrong than
  // the clock.
  nanoseconds panic = seconds{1000};
  // The greatest total rate of the wall clock relative to the oscillator: the range of the kernel's tick.
  double max_rate = 0.1;
};

// The wall clock's error; both values are local - true.
struct ClockError {
  nanoseconds phase{};
  double frequency = 0.0;  // of the unsteered oscillator
};

struct Slew {
  double rate = 0.0;  // in addition to Correction::rate
  nanoseconds duration{};
};

struct Correction {
  double rate = 0.0;  // of the wall clock relative to the oscillator, from now on
  std::optional<Slew> slew;
  std::optional<Offset> step;  // never together with a slew
};

enum class ControlRefusal : std::uint8_t { kPanic };

// `until_next` is the time until the source's next sample. `was_synchronised` must outlive restarts;
// otherwise each of them would lift the panic limit.
Result<Correction, ControlRefusal> correct(const ClockError& error, nanoseconds until_next,
                                           bool was_synchronised, const ControlLimits& limits);

}  // namespace isletime
