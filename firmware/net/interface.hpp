// SPDX-License-Identifier: MIT
// The interface that lwIP sends by. On boards with Ethernet it is ethernet_interface.cpp, with lwIP's DHCP
// client; a board whose framework brings its own network implements these functions and frame_times.hpp.
#pragma once

#include <optional>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

struct netif;

namespace isletime::net {

// Starts lwIP and the interface, and asks for an address. `hostname` must live on.
void start_interface(const char* hostname);
// Takes in what has arrived, and lets timers expire: true if more may be waiting.
bool poll_interface();
nanoseconds until_interface_timer();

netif* interface();  // null while it has no address
std::optional<IpAddress> leased_ntp_server();

}  // namespace isletime::net
