// SPDX-License-Identifier: MIT
// Broadcast and multicast by a socket that serves: clients expect the service's port, and a second socket on
// that port would get requests. For UDP sockets of either family.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

// One of our addresses and a destination.
struct Outlet {
  std::uint32_t interface = 0;  // index
  IpAddress from;
  Endpoint to;  // a broadcast address, or a group, which no router passes on
};

// Lets the socket send broadcasts, and keeps it from receiving for groups that other programs have joined.
std::optional<SysError> allow_announcing(int socket, bool is_v4);

// May be called while another thread uses the socket.
std::optional<SysError> announce_by(int socket, const Outlet& outlet, Bytes bytes);

}  // namespace isletime
