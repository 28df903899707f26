// SPDX-License-Identifier: MIT
// Opens the device that --rtc names, while the program still has the permissions. A device that is missing,
// as with a loose wire, is tried again later, so that clients are served meanwhile.
#pragma once

#include <memory>
#include <string>

#include "libsync/core/result.hpp"
#include "tools/sntpd/keeping/rtc_device.hpp"
#include "tools/sntpd/rtc_option.hpp"

namespace isletime::sntpd {

// The chip behind the device need not answer yet. Fails with a clause only if the device can never be a
// battery clock.
Result<std::unique_ptr<RtcDevice>, std::string> open_rtc(const RtcOption& option);

}  // namespace isletime::sntpd
