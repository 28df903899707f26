// SPDX-License-Identifier: MIT
// Sets a battery clock: writes it at the instant at which a second begins, reads it back, and measures its
// edge.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/result.hpp"
#include "libsync/drivers/rtc_stepper.hpp"
#include "libsync/policy/instant.hpp"
#include "tools/common/battery_clock/battery_clock.hpp"
#include "tools/common/battery_clock/measurement.hpp"
#include "tools/common/log.hpp"

namespace isletime::battery_clock {

// The reference that a clock is set by: the system clock, or a time that was right at an instant.
class SetReference {
 public:
  explicit SetReference(Machine& machine, std::optional<Instant> given = std::nullopt)
      : machine_(machine), given_(given) {}

  RtcNow now() const;
  bool is_given() const { return given_.has_value(); }
  // Returns the time that was given, or the system clock's.
  WallTime asked() const { return given_ ? given_->wall : now().time; }
  Offset ahead_of_system() const;

 private:
  Machine& machine_;
  std::optional<Instant> given_;
};

// Returns why no clock may be set by the reference: no chip can hold its time, or its time is implausible and
// `is_forced` is false. `made` is the build time.
std::optional<Fault> find_unfit(const SetReference& reference, WallTime made, bool is_forced);

struct SetOrder {
  BatteryClock& clock;
  Machine& machine;
  const SetReference& reference;
  ChipScale scale;
  const Log& log;  // receives a line for each further attempt
};

struct Achieved {
  Comparison comparison;  // with the system clock
  Offset error;           // battery clock - reference
};

// The clock may have been set even if this fails; the fault's text says what the clock now holds.
Result<Achieved, Fault> set_until_good(const SetOrder& order);

bool is_good(const Achieved& achieved);
std::string sentence_of(const Achieved& achieved);  // "set, and verified"

}  // namespace isletime::battery_clock
