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

// When it was saved, on a clock that cannot be set: the time since this boot.
struct SavedBoot {
  std::string id;  // boot_id()
  nanoseconds uptime;
  bool has_set_clock;  // whether sntpd has set the machine's clock since then
};

// The source that last set the clock, and the clock's greatest error at the time of saving.
struct SavedSync {
  SourceKind kind;
  Dispersion bound;
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
