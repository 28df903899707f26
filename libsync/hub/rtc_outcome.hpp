// SPDX-License-Identifier: MIT
// What the hub has done to its battery clock, a job at a time, and what comes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_oscillator.hpp"
#include "libsync/hub/discipline/rtc_drift.hpp"

namespace isletime {

struct RtcJob {
  enum class Kind : std::uint8_t { kRead, kCheck, kWrite };
  Kind kind;
  CivilDate near;  // of which century a year is
  WallTime
      true_time;  // for a write: when the monotonic clock read `at`, whoever sets the machine's meanwhile
  MonoTime at;
  nanoseconds latest;  // for a write: how long after its instant it may still begin
};

// The chip and the machine's clock at one instant.
struct RtcPair {
  WallTime chip;
  WallTime machine;
  Dispersion bound;  // how far at most they were read apart
};

struct RtcLook {
  std::string chip;
  ChipOscillator oscillator;
  bool is_set_by_others;
  std::string distrust;         // why it may not be believed; empty: it may
  std::optional<RtcPair> pair;  // absent: it tells no time
  std::optional<Celsius> temperature;
};

// What a check of its control registers found.
struct RtcHealth {
  int repaired = 0;     // findings that were there and are not any more
  std::string trouble;  // what is still wrong; empty: nothing
};

struct RtcOutcome {
  RtcJob::Kind kind;
  std::string failure;          // of the chip or its bus; empty: it came to its end
  std::optional<RtcLook> look;  // of a read, and of what was written
  RtcHealth health;             // of a check
  bool is_missed = false;       // a failure: of a write's instants each had passed, and nothing was written
};

}  // namespace isletime
