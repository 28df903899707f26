// SPDX-License-Identifier: MIT
// What the hub remembers over a restart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/rtc_drift.hpp"
#include "libsync/policy/timekeeper.hpp"

namespace isletime {

// What is known of a battery clock.
struct SavedRtc {
  std::string source;  // "rtc:/dev/i2c-1@0x68"
  std::string chip;    // "ds3231"
  RtcDrift::State drift;
};

struct SavedFrequency {
  Ppm value;  // positive: the clock is slow
  Ppm error;  // a bound; not negative
};

struct SavedSource {
  std::string source;  // as in the sample record: "ntp:192.0.2.7"
  SavedFrequency frequency;
};

// When it was saved, by a clock that nobody sets: that since this boot.
struct SavedBoot {
  std::string id;  // boot_id()
  nanoseconds uptime;
  bool has_set_clock;  // the machine's, since then
};

// What vouched for the clock last, and how far off it was at most when it was saved.
struct SavedSync {
  SourceKind kind;
  Dispersion bound;
};

struct SavedState {
  WallTime saved_at;
  std::optional<WallTime> last_good_time;  // when the clock was last synchronised
  std::optional<SavedFrequency> frequency;
  std::vector<SavedSource> sources;    // at most kMostSavedSources
  std::optional<std::string> machine;  // machine_id() of whom the frequencies are
  std::optional<SavedBoot> boot;
  std::optional<SavedRtc> rtc{};
  std::optional<Ppm> rate_error{};  // of the clock when nothing corrects it, by experiment; above 0
  std::optional<SavedSync> sync{};  // absent: nothing vouched for the clock
};

}  // namespace isletime
