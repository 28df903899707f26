// SPDX-License-Identifier: MIT
// The present destinations of --broadcast: for its interfaces, the broadcast address of each IPv4 network,
// and NTP's multicast groups (RFC 5905, section 16). No I/O.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/posix/announcing_socket.hpp"
#include "libsync/posix/interfaces.hpp"
#include "tools/sntpd/broadcast_option.hpp"

namespace isletime::sntpd {

struct BroadcastTarget {
  std::string interface;
  Outlet outlet;
  std::size_t option = 0;  // index of the option that covers it
};

// "auto" excludes interfaces that an option names. `bind` has the addresses served; if empty, all are.
std::vector<BroadcastTarget> targets_of(std::span<const BroadcastOption> options,
                                        std::span<const InterfaceAddress> interfaces,
                                        std::span<const Endpoint> bind, std::uint16_t port);

// Returns the interfaces that the options name and on which nothing can be broadcast now.
std::vector<std::string> absent_of(std::span<const BroadcastOption> options,
                                   std::span<const BroadcastTarget> targets);

}  // namespace isletime::sntpd
