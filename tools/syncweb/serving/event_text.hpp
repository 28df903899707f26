// SPDX-License-Identifier: MIT
// Server-sent events as text (HTML Living Standard, section 9.2). Events of the log have a number as their
// id; the greeting and the heartbeat have none, so that a browser does not take them for a position.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/syncweb/event_log.hpp"

namespace isletime::syncweb {

// Tells the run, to which the numbers belong, the latest number, and after what time to connect again.
std::string hello_text(std::string_view run, std::uint64_t last);
std::string heartbeat_text(std::uint64_t last);
// An event is this, its JSON, and the end.
std::string event_head(const WebEvent& event);
inline constexpr std::string_view kEndOfEvent = "\n\n";

}  // namespace isletime::syncweb
