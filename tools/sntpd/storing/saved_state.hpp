// SPDX-License-Identifier: MIT
// The text form of what the hub saves across a restart: one line of JSON after its own digest, so that a torn
// or edited file is detected before any of it is believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/hub/saved_state.hpp"

namespace isletime::sntpd {

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

// What parse_saved_state() would refuse is left out, so that it never costs the rest: values that cannot be,
// sources beyond kMostSavedSources, and those with too long names.
std::string format_saved_state(const SavedState& state);

// `now` is empty while the clock is not trustworthy, as at boot without an RTC; then no state counts as from
// the future. `machine` is the machine_id() of this machine.
Result<SavedState, SavedStateFault> parse_saved_state(std::string_view text, std::optional<WallTime> now,
                                                      const std::optional<std::string>& machine);

}  // namespace isletime::sntpd
