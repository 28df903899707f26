// SPDX-License-Identifier: MIT
// The jobs that the hub gives to the thread of its battery clock, and their outcomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_oscillator.hpp"
#include "libsync/hub/discipline/rtc_drift.hpp"

namespace isletime {

// When a chip was last known to be right, and what local time was then. 0 is the difference of one that keeps
// UTC.
struct RtcRight {
  WallTime at;
  seconds local_less_utc;
};

struct RtcJob {
  enum class Kind : std::uint8_t { kRead, kCheck, kWrite };
  Kind kind;
  CivilDate near;  // tells the century of a two-digit year
  // For a write: the true time when the monotonic clock read `at`. It stays valid if the machine's clock is
  // set meanwhile.
  WallTime true_time;
  MonoTime at;
  nanoseconds latest;  // for a write: how long after its instant it may still start
  // For a write: how long before its second it must begin, by an earlier write of this chip.
  std::optional<nanoseconds> lead = {};
  // For a chip that keeps local time: whether `true_time` is good enough to tell an hour that comes twice.
  bool is_time_known = true;
  std::optional<RtcRight> right = {};
};

// The chip and the machine's clock at one instant.
struct RtcPair {
  WallTime chip;
  WallTime machine;
  Dispersion bound;  // the two were read at most this far apart, if the chip had an even pace
  std::optional<MonoTime> at = {};
};

struct RtcLook {
  std::string chip;
  ChipOscillator oscillator;
  bool is_set_by_others;
  std::string distrust;         // why the chip's time is not to be believed; empty if it may be
  std::optional<RtcPair> pair;  // nothing if the chip has no time
  std::optional<Celsius> temperature;
  // The chip or an administrator vouches that it kept its time; otherwise it may set the clock, which is then
  // not reliable.
  bool is_vouched = true;
  std::optional<double> trim = {};  // by which the chip is made to run faster, a fraction
  // Tells this chip from others of its model: a digest of registers that it keeps and that its time does not
  // change. Empty if it has none.
  std::string mark = {};
  bool keeps_local_time = false;  // `pair` is in UTC all the same
  // Local time has moved by this much against UTC since RtcJob::right, or within a year. The bound of the
  // chip time includes it, because the chip may not have been moved with it.
  Dispersion zone_change = {};
  seconds local_less_utc = {};  // 0 if it keeps UTC
};

// The result of a check of the control registers.
struct RtcHealth {
  int repaired = 0;     // findings that the repair has removed
  std::string trouble;  // what is still wrong; empty if nothing is
};

struct RtcOutcome {
  RtcJob::Kind kind;
  std::string failure;          // of the chip or its bus; empty if the job was completed
  std::optional<RtcLook> look;  // of a read, or of the reading after a write
  RtcHealth health;             // of a check
  bool is_missed = false;       // a failure: the host was too late for each instant, and nothing was written
  std::optional<nanoseconds> lead = {};  // of a write: the one that set the chip right
};

}  // namespace isletime
