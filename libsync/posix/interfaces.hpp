// SPDX-License-Identifier: MIT
// The addresses that this machine's interfaces have at the moment (getifaddrs(3)).
#pragma once

#include <string>
#include <vector>

#include "libsync/core/ip_address.hpp"

namespace isletime {

struct InterfaceAddress {
  std::string interface;
  IpAddress address;
  Prefix network;
};

// Empty where the system does not tell.
std::vector<InterfaceAddress> interface_addresses();

}  // namespace isletime
