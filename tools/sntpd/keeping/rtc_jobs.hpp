// SPDX-License-Identifier: MIT
// What the daemon has done to its battery clock, job by job: a look that finds the edge of a second, a write
// that begins at one and is looked at again, a check of the registers. Blocks; told the clocks to go by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/hub/rtc_outcome.hpp"
#include "tools/sntpd/keeping/rtc_device.hpp"

namespace isletime::sntpd {

RtcOutcome do_rtc_job(const RtcJob& job, RtcDevice& device, RtcClocks& clocks);

}  // namespace isletime::sntpd
