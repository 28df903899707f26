// SPDX-License-Identifier: MIT
// What is saved about a battery clock across power-off, as a member of the saved state.
#pragma once

#include <optional>
#include <string>

#include "libsync/hub/discipline/rtc_drift.hpp"
#include "libsync/record/json_value.hpp"

namespace isletime::sntpd {

struct SavedRtc {
  std::string source;  // "rtc:/dev/i2c-1@0x68"
  std::string chip;    // "ds3231"
  RtcDrift::State drift;
};

// Returns a JSON object, two levels deep.
std::string rtc_object(const SavedRtc& saved);
// Returns nothing if rtc_object() cannot have written it, or no such chip can exist.
std::optional<SavedRtc> read_rtc(const JsonValue& object);

}  // namespace isletime::sntpd
