// SPDX-License-Identifier: MIT
// The device's network: one interface with an IPv4 address from DHCP, run by the main loop. UDP, TCP and HTTP
// in this folder stand on lwIP's raw interface (NO_SYS), which Arduino's cores have as well.
#pragma once

#include <algorithm>
#include <optional>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::net {

// `hostname` is for the DHCP server's list of devices, and must live on.
void start(const char* hostname = nullptr);
// Takes in what has arrived and lets timers expire; the callbacks of this folder run in here.
void poll();
// Returns how long the main loop may sleep before poll() must be called again.
nanoseconds until_next_timer();
// The same for a main loop that has something to do at `wake`.
inline nanoseconds until(MonoTime wake, MonoTime now) {
  return std::max(std::min(elapsed(now, wake), until_next_timer()), nanoseconds::zero());
}

bool is_up();  // the link is up, and there is an address
// Increases each time an address was lost or gained, so that connections can be begun anew.
unsigned generation();
IpAddress address();
IpAddress broadcast_address();
std::optional<IpAddress> router();
std::optional<IpAddress> ntp_server();  // DHCP option 42

// Returns the address of the setting "hub": an address, or a name, which is looked up by DNS and again from
// time to time; a name that ends in ".local" by multicast DNS. Without that setting, the NTP server that DHCP
// told, otherwise the router. Nothing as long as none is known.
std::optional<IpAddress> hub();

}  // namespace isletime::net
