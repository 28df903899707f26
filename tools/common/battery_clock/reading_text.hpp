// SPDX-License-Identifier: MIT
// Texts for people about a battery clock's reading.
#pragma once

#include <string>

#include "libsync/core/result.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"
#include "tools/common/battery_clock/fault.hpp"

namespace isletime::battery_clock {

std::string utc_text(seconds since_epoch);  // "2026-02-03T04:05:06Z"
// Returns a clause that says what the clock holds after something has failed.
std::string holding_text(const Result<RtcReading, Fault>& reading);

}  // namespace isletime::battery_clock
