// SPDX-License-Identifier: MIT
// Replies for people. What a reply lacks is shown as "-"; what it should not hold (control
// characters) never reaches the terminal.
#pragma once

#include <string>

#include "libsync/record/json_value.hpp"
#include "tools/sntpctl/options.hpp"

namespace isletime::sntpctl {

// Whole lines. `command`: what was asked.
std::string reply_text(Command command, const JsonValue& reply, bool shows_colours);

}  // namespace isletime::sntpctl
