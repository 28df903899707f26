// SPDX-License-Identifier: MIT
// The text form of what is remembered of a battery clock, a member of the saved state.
#pragma once

#include <optional>
#include <string>

#include "libsync/hub/saved_state.hpp"
#include "libsync/record/json_value.hpp"

namespace isletime::sntpd {

// A JSON object, two levels deep.
std::string rtc_object(const SavedRtc& saved);
// Absent: nothing that rtc_object() writes, or of a chip that cannot be.
std::optional<SavedRtc> read_rtc(const JsonValue& object);

}  // namespace isletime::sntpd
