// SPDX-License-Identifier: MIT
// Converts replies to text for people. Missing members are shown as "-", and control characters never reach
// the terminal.
#pragma once

#include <string>

#include "libsync/record/json_value.hpp"
#include "tools/sntpctl/options.hpp"

namespace isletime::sntpctl {

// Returns whole lines. `command` is the one whose reply this is.
std::string reply_text(Command command, const JsonValue& reply, bool shows_colours);

}  // namespace isletime::sntpctl
