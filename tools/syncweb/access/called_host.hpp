// SPDX-License-Identifier: MIT
// Reads by which name a client has called this hub (the Host field). A page of another site can make its own
// name resolve to our address and then read and write here as its own origin (DNS rebinding); its name gives
// it away.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/syncweb/access/authority.hpp"
#include "tools/syncweb/message.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// Returns the one value of a field; nothing if there is none, or several, which programs would read
// differently.
const std::string* only_value(const Request& request, std::string_view lower_case_name);

// Returns nothing if the Host field is missing, doubled or garbled.
std::optional<Authority> called_host(const Request& request);

// Returns whether it is HTTP/1.0 without a Host field, as simple devices send it and no browser does.
bool is_without_host(const Request& request);

// Returns whether it names this hub: an address of ours, "localhost" from this machine, our host name, with
// or without ".local", or one of options.names, each with the port that was connected to.
bool names_this_hub(const Site& site, const Request& request, const Authority& called);

// The port that is served over TLS or without.
constexpr std::uint16_t served_port(const Options& options, bool is_secure) {
  return is_secure ? options.tls_port : options.port;
}

}  // namespace isletime::syncweb
