// SPDX-License-Identifier: MIT
// The state that the hub keeps across a restart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/frequency.hpp"
#include "libsync/hub/discipline/rtc_drift.hpp"
#include "libsync/hub/rtc_outcome.hpp"
#include "libsync/policy/timekeeper.hpp"

namespace isletime {

// An estimate of how a battery clock drifts.
struct SavedRtc {
  std::string source;  // "rtc:/dev/i2c-1@0x68"
  std::string chip;    // "ds3231"
  RtcDrift::State drift;
  std::optional<nanoseconds> lead{};  // of a write; see RtcJob
  std::string mark{};                 // see RtcLook; empty if it has none
  nanoseconds observed{};             // for how long it was compared
  std::optional<RtcRight> right{};    // when it was last compared
};

struct SavedSource {
  std::string source;  // as in the sample record: "ntp:192.0.2.7"
  Frequency frequency;
};

// The time of the save on clocks that nobody can set, all of which count from this boot. `asleep` and `raw`
// show what was done to the clock since; without them, as in files of older versions, the saved sync is not
// restored.
struct SavedBoot {
  std::string id;                       // boot_id()
  nanoseconds uptime;                   // by the monotonic clock, which is slewed and stands still in sleep
  bool has_set_clock;                   // whether sntpd has set the machine's clock since then
  std::optional<nanoseconds> asleep{};  // total time asleep
  std::optional<nanoseconds> raw{};     // see ClockReading
};

// The source that last set the clock, the clock's greatest error at the time of saving, and how long ago it
// was set then.
struct SavedSync {
  SourceKind kind;
  Dispersion bound;
  nanoseconds age{};
};

struct SavedState {
  WallTime saved_at;
  std::optional<WallTime> last_good_time;  // when the clock was last synchronised
  std::optional<Frequency> frequency;
  std::vector<SavedSource> sources;    // at most kMostSavedSources
  std::optional<std::string> machine;  // machine_id() of the machine to which the frequencies belong
  std::optional<SavedBoot> boot;
  std::optional<SavedRtc> rtc{};
  std::optional<Ppm> rate_error{};  // of the uncorrected clock, by experiment; positive
  std::optional<SavedSync> sync{};  // nothing if the clock had no source
};

}  // namespace isletime
