// SPDX-License-Identifier: MIT
// The addresses that this machine's interfaces have at the moment (getifaddrs(3)).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsync/core/ip_address.hpp"

namespace isletime {

struct InterfaceAddress {
  std::string interface;
  IpAddress address;
  Prefix network;
  std::uint32_t index = 0;  // of the interface; one that is recreated gets another index
  bool is_up = false;       // and has a carrier
  bool is_loopback = false;
  bool is_point_to_point = false;
  bool has_broadcast = false;
  bool has_multicast = false;
};

// Returns the broadcast address of its network (RFC 919), or nothing for IPv6 and for networks of two (RFC
// 3021).
std::optional<IpAddress> broadcast_address_of(const InterfaceAddress& address);

// Returns an empty list if the system reports none.
std::vector<InterfaceAddress> interface_addresses();

}  // namespace isletime
