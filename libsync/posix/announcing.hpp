// SPDX-License-Identifier: MIT
// Broadcast and multicast by a socket that serves: from the service's port, as clients expect it, and
// without a second socket on that port, which would get requests. For UDP sockets of either family.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

// One way out: an address of ours, and where to.
struct Outlet {
  std::uint32_t interface = 0;  // index
  IpAddress from;
  Endpoint to;  // a broadcast address, or a group, which no router passes on
};

// Lets the socket send broadcasts. It gets nothing of the groups that others on this machine have joined.
std::optional<SysError> allow_announcing(int socket, bool is_v4);

// May be called while another thread uses the socket.
std::optional<SysError> announce_by(int socket, const Outlet& outlet, Bytes bytes);

}  // namespace isletime
