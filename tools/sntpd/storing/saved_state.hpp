// SPDX-License-Identifier: MIT
// The text form of what the hub remembers over a restart: one line of JSON behind its own digest, so
// that a torn or edited file is told from a whole one before anything of it is believed.
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
