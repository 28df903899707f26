// SPDX-License-Identifier: MIT
// What sntpd remembers over a restart, and its text form: one line of JSON behind its own digest, so
// that a torn or edited file is told from a whole one before anything of it is believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/timekeeper.hpp"
#include "tools/sntpd/storing/saved_rtc.hpp"

namespace isletime::sntpd {

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

inline constexpr std::size_t kMostSavedSources = 64;
inline constexpr std::size_t kLongestSavedSource = 255;
inline constexpr std::size_t kLargestSavedState = 65'536;  // bytes of text
// A clock may have been set back this far since the state was saved.
inline constexpr seconds kSavedStateTolerance = std::chrono::hours{1};

enum class SavedStateFault : std::uint8_t {
  kTorn,
  kUnknownVersion,
  kMalformed,
  kAbsurd,
  kFromTheFuture,
  kFromAnotherMachine,
};
const char* to_string(SavedStateFault fault);

// Sources beyond kMostSavedSources, and those whose names are too long, are left out.
std::string format_saved_state(const SavedState& state);

// `now`: absent while the clock is not to be trusted, as at boot without an RTC; then no state is from
// the future. `machine`: machine_id() of this one.
Result<SavedState, SavedStateFault> parse_saved_state(std::string_view text, std::optional<WallTime> now,
                                                      const std::optional<std::string>& machine);

}  // namespace isletime::sntpd
