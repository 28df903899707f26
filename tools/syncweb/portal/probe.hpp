// SPDX-License-Identifier: MIT
// The requests by which phones and computers find out whether a network has internet, and the answers from
// which they conclude that it has. One row of one table each.
#pragma once

#include <string_view>

#include "tools/syncweb/message.hpp"

namespace isletime::syncweb {

struct Probe {
  std::string_view host;        // any if empty
  std::string_view path;        // any if empty
  std::string_view user_agent;  // how it must begin; any if empty
  Response (*good)();           // the answer after which the phone stays connected
};

// Returns null if the request is no probe. The host is in lower case.
const Probe* find_probe(std::string_view host, std::string_view path, std::string_view user_agent);

}  // namespace isletime::syncweb
