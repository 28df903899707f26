// SPDX-License-Identifier: MIT
// Converts core's endpoints to and from the system's sockaddr and text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"

namespace isletime {

struct SocketAddress {
  union {
    sockaddr generic;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  socklen_t length = 0;
};

SocketAddress to_socket_address(const Endpoint& endpoint);
// Returns nothing for families other than IPv4 and IPv6.
std::optional<Endpoint> to_endpoint(const SocketAddress& address);

IpAddress to_ip_address(const in_addr& address);
IpAddress to_ip_address(const in6_addr& address);
in_addr to_in_addr(IpAddress address);  // of an IPv4 address
in6_addr to_in6_addr(IpAddress address);

// Return "192.0.2.1" or "fe80::1%eth0"; with the port "192.0.2.1:123" or "[fe80::1%eth0]:123".
std::string address_text(const Endpoint& endpoint);
std::string to_string(const Endpoint& endpoint);

// Reads a literal address, with "%interface" if link-local; the port stays 0. Returns nothing if the text is
// no address.
std::optional<Endpoint> parse_address(const std::string& text);
// Reads "10.0.0.0/8", "fe80::/10", or a single address. Returns nothing if the text is no prefix.
std::optional<Prefix> parse_prefix(const std::string& text);

// Returns the addresses of a host name or of a literal, at least one, the best first (RFC 6724). Uses the
// system's resolver, so it may block. An error has the resolver's message.
Result<std::vector<Endpoint>, std::string> resolve_all(const std::string& host, std::uint16_t port);
// Returns the first of these addresses.
Result<Endpoint, std::string> resolve(const std::string& host, std::uint16_t port);

}  // namespace isletime
