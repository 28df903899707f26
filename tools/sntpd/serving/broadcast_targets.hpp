// SPDX-License-Identifier: MIT
// Where --broadcast leads at the moment: of the interfaces that it means, the broadcast address of each
// IPv4 network, and NTP's multicast groups (RFC 5905, section 16). A plain function of what there is.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/posix/announcing.hpp"
#include "libsync/posix/interfaces.hpp"
#include "tools/sntpd/broadcast_option.hpp"

namespace isletime::sntpd {

struct BroadcastTarget {
  std::string interface;
  Outlet outlet;
  std::size_t option = 0;  // which of them wants it
};

// An interface that an option names is not "auto" any more. `bind`: the addresses served; none: all.
std::vector<BroadcastTarget> targets_of(std::span<const BroadcastOption> options,
                                        std::span<const InterfaceAddress> interfaces,
                                        std::span<const Endpoint> bind, std::uint16_t port);

}  // namespace isletime::sntpd
