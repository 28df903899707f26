// SPDX-License-Identifier: MIT
// Finds the places at which a server's broadcasts can be received: on interfaces in the server's networks, at
// their broadcast address and in NTP's multicast group. No I/O.
#pragma once

#include <span>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/posix/interfaces.hpp"

namespace isletime::sntpd {

struct BroadcastPlace {
  Endpoint group;
  std::uint32_t interface = 0;  // index

  bool operator==(const BroadcastPlace&) const = default;
};

// Returns each place once. IPv6 broadcasts are received if the server is configured by its link-local
// address.
std::vector<BroadcastPlace> places_of(std::span<const Endpoint> servers,
                                      std::span<const InterfaceAddress> interfaces);

}  // namespace isletime::sntpd
