// SPDX-License-Identifier: MIT
// When frames came and went, as closely as the link can tell; NTP's timestamps are made of them. A board with
// a network of its own implements both by uptime().
#pragma once

#include "libsync/core/time_types.hpp"

namespace isletime::net {

// In a callback: when the frame that is being processed arrived, by uptime().
MonoTime arrived();
// Returns when, by uptime(), the last frame was handed over to the hardware: after UdpPort::send() has
// returned true, the one with the datagram.
MonoTime departed();

}  // namespace isletime::net
