// SPDX-License-Identifier: MIT
// What is remembered of a battery clock over power-off, as a member of the saved state.
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

// A JSON object, two levels deep.
std::string rtc_object(const SavedRtc& saved);
// Absent: nothing that rtc_object() writes, or of a chip that cannot be.
std::optional<SavedRtc> read_rtc(const JsonValue& object);

}  // namespace isletime::sntpd
