// SPDX-License-Identifier: MIT
// The Ethernet interface as lwIP sees it: frames go out by board::send_frame(), and come in by poll_link(),
// which passes on each with the time of its arrival.
#pragma once

struct netif;

namespace isletime::net {

// Adds the interface, as the default one. `hostname` is for the DHCP server, and must live on.
netif& start_link(const char* hostname);
// Takes in the frames that have arrived, a limited number at a time: true if there may be more.
bool poll_link();

}  // namespace isletime::net
