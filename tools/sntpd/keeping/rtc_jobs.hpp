// SPDX-License-Identifier: MIT
// Performs the jobs of the daemon's battery clock: a reading that finds the edge of a second, a write that
// starts at an edge and is read back, or a check of the registers. Blocks until the job is done.
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
