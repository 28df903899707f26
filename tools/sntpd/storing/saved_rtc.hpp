// SPDX-License-Identifier: MIT
// The text form of what is saved about a battery clock across power-off, a member of the saved state.
#pragma once

#include <optional>
#include <string>

#include "libsync/hub/saved_state.hpp"
#include "libsync/record/json_value.hpp"

namespace isletime::sntpd {

// Returns a JSON object, two levels deep.
std::string rtc_object(const SavedRtc& saved);
// Returns nothing if rtc_object() cannot have written it, or no such chip can exist.
std::optional<SavedRtc> read_rtc(const JsonValue& object);

}  // namespace isletime::sntpd
