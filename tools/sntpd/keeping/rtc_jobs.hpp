// SPDX-License-Identifier: MIT
// What the daemon has done to its battery clock, job by job: a look that finds the edge of a second, a write
// that begins at one and is looked at again, a check of the registers. Blocks; told the clocks to go by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/rtc_drift.hpp"
#include "tools/sntpd/keeping/rtc_device.hpp"

namespace isletime::sntpd {

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

struct RtcOutcome {
  RtcJob::Kind kind;
  std::string failure;          // of the chip or its bus; empty: it came to its end
  std::optional<RtcLook> look;  // of a read, and of what was written
  RtcHealth health;             // of a check
  bool is_missed = false;       // a failure: of a write's instants each had passed, and nothing was written
};

RtcOutcome do_rtc_job(const RtcJob& job, RtcDevice& device, RtcClocks& clocks);

}  // namespace isletime::sntpd
