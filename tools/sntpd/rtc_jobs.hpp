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
#include "libsync/policy/discipline/rtc_drift.hpp"
#include "tools/sntpd/rtc_device.hpp"

namespace isletime::sntpd {

// The machine's clocks.
class RtcClocks {
 public:
  RtcClocks() = default;
  RtcClocks(const RtcClocks&) = delete;
  RtcClocks& operator=(const RtcClocks&) = delete;
  virtual ~RtcClocks() = default;

  virtual WallTime wall() = 0;
  virtual MonoTime mono() = 0;
  virtual void sleep_until(MonoTime time) = 0;
};

struct RtcJob {
  enum class Kind : std::uint8_t { kRead, kCheck, kWrite };
  Kind kind;
  CivilDate near;            // of which century a year is
  Offset true_less_machine;  // for a write: the time is the machine's clock's and this
};

// The chip and the machine's clock at one instant.
struct RtcPair {
  WallTime chip;
  WallTime machine;
  Dispersion bound;  // how far at most they were read apart
};

struct RtcLook {
  std::string chip;
  RtcOscillator oscillator;
  std::string distrust;         // why it may not be believed; empty: it may
  std::optional<RtcPair> pair;  // absent: it tells no time
  std::optional<Celsius> temperature;
};

struct RtcOutcome {
  RtcJob::Kind kind;
  std::string failure;          // of the chip or its bus; empty: it came to its end
  std::optional<RtcLook> look;  // of a read, and of what was written
  RtcHealth health;             // of a check
};

RtcOutcome do_rtc_job(const RtcJob& job, RtcDevice& device, RtcClocks& clocks);

}  // namespace isletime::sntpd
