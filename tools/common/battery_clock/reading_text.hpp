// SPDX-License-Identifier: MIT
// What a battery clock shows, for people.
#pragma once

#include <string>

#include "libsync/core/result.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"
#include "tools/common/battery_clock/fault.hpp"

namespace isletime::battery_clock {

std::string utc_text(seconds since_epoch);  // "2026-02-03T04:05:06Z"
// What the clock shows by its own account, after something failed.
std::string holding_text(const Result<RtcReading, Fault>& reading);

}  // namespace isletime::battery_clock
