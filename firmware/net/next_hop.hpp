// SPDX-License-Identifier: MIT
// Tells whether a datagram would leave at once, or wait for the Ethernet address of its next hop (ARP), after
// which the time at which a query left would be wrong.
#pragma once

#include "libsync/core/ip_address.hpp"

namespace isletime::net {

// If the address is unknown it is asked for, so that a later call may find it.
bool is_next_hop_known(IpAddress to);

}  // namespace isletime::net
