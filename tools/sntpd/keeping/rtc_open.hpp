// SPDX-License-Identifier: MIT
// Opens what --rtc names: while the program still has the rights to, if it is there by then. What is not
// there yet, a wire that is loose, is waited for, and keeps nobody from being served.
#pragma once

#include <memory>
#include <string>

#include "libsync/core/result.hpp"
#include "tools/sntpd/keeping/rtc_device.hpp"
#include "tools/sntpd/rtc_option.hpp"

namespace isletime::sntpd {

// The chip behind it need not answer yet. Error: what was named can never be a battery clock; a clause.
Result<std::unique_ptr<RtcDevice>, std::string> open_rtc(const RtcOption& option);

}  // namespace isletime::sntpd
