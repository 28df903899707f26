// SPDX-License-Identifier: MIT
// A server as people write it on a command line: a name or an address, perhaps with a port.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace isletime {

struct Host {
  std::string text;  // as given
  std::string name;  // to resolve
  std::uint16_t port = 0;
};

// Parses "hub", "192.0.2.1:123", "fe80::1%eth0" or "[::1]:123". Returns nothing if it is none of these.
std::optional<Host> parse_host(const std::string& text, std::uint16_t default_port);

}  // namespace isletime
