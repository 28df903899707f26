// SPDX-License-Identifier: MIT
// The host and port of a Host field (RFC 9110, section 7.2) and of an Origin (RFC 6454, section 7), read
// strictly: user names, zones and escapes are refused, since no browser sends them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libsync/core/ip_address.hpp"

namespace isletime::syncweb {

struct Authority {
  std::string name;                  // in lower case, without a final dot; an address without brackets
  std::optional<IpAddress> address;  // if the name is one
  std::optional<std::uint16_t> port;

  bool operator==(const Authority&) const = default;
};

// Reads "192.168.4.1", "hub.local:8080" or "[fd00::1]". Returns nothing if it is none of these.
std::optional<Authority> parse_authority(std::string_view text);

struct Origin {
  bool is_secure = false;  // https
  Authority authority;
};

// Reads "https://hub.local:8443". Returns nothing for "null" and whatever else.
std::optional<Origin> parse_origin(std::string_view text);

// The port that is meant if none is written.
constexpr std::uint16_t default_port(bool is_secure) {
  return is_secure ? 443 : 80;
}

}  // namespace isletime::syncweb
