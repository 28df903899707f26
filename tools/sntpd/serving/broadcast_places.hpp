// SPDX-License-Identifier: MIT
// Where the broadcasts of a server can be heard: on the interfaces of whose networks it is, at their
// broadcast address and in NTP's multicast group. A plain function of what there is.
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

// Each of them once. A server of IPv6 is heard if it is known by its link-local address.
std::vector<BroadcastPlace> places_of(std::span<const Endpoint> servers,
                                      std::span<const InterfaceAddress> interfaces);

}  // namespace isletime::sntpd
