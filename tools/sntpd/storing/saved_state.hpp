// SPDX-License-Identifier: MIT
// What sntpd saves across a restart, and its text form: one line of JSON after its own digest, so that a torn
// or edited file is detected before any of it is believed.
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
  Ppm error;  // a bound, not negative
};

struct SavedSource {
  std::string source;  // as in the sample record: "ntp:192.0.2.7"
  SavedFrequency frequency;
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
  std::optional<SavedFrequency> frequency;
  std::vector<SavedSource> sources;    // at most kMostSavedSources
  std::optional<std::string> machine;  // machine_id() of the machine to which the frequencies belong
  std::optional<SavedBoot> boot;
  std::optional<SavedRtc> rtc{};
  std::optional<Ppm> rate_error{};  // of the uncorrected clock, by experiment; positive
  std::optional<SavedSync> sync{};  // nothing if the clock had no source
};

inline constexpr std::size_t kMostSavedSources = 64;
inline constexpr std::size_t kLongestSavedSource = 255;
inline constexpr std::size_t kLargestSavedState = 65'536;  // bytes of text
// The clock may have been set back by this much since the state was saved.
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

// Leaves out sources beyond kMostSavedSources, and those with too long names.
std::string format_saved_state(const SavedState& state);

// `now` is empty while the clock is not trustworthy, as at boot without an RTC; then no state counts as from
// the future. `machine` is the machine_id() of this machine.
Result<SavedState, SavedStateFault> parse_saved_state(std::string_view text, std::optional<WallTime> now,
                                                      const std::optional<std::string>& machine);

}  // namespace isletime::sntpd
