// SPDX-License-Identifier: MIT
// Sends broadcasts or multicasts from a port that serves, since clients expect them from there. The socket is
// bound to the destination, so that it takes no request away from the sockets that serve, and receives
// nothing. The kernel tells when each datagram left.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

// One of our addresses and a destination.
struct Outlet {
  std::uint32_t interface = 0;  // index
  IpAddress from;
  Endpoint to;  // a broadcast address, or a group, which no router passes on

  bool operator==(const Outlet&) const = default;
};

class AnnouncingSocket {
 public:
  // It sends from the port of `outlet.to`, which it shares with sockets of the same user only.
  static Result<AnnouncingSocket, SysError> open(const Outlet& outlet);

  // Returns nothing if it was sent.
  std::optional<SysError> send(Bytes bytes);
  // Returns when the last datagram left, if the kernel has told by now; each time is returned once.
  std::optional<WallTime> take_transmit_stamp();

 private:
  AnnouncingSocket(Fd socket, const Outlet& outlet) : socket_(std::move(socket)), outlet_(outlet) {}

  Fd socket_;
  Outlet outlet_;
};

// Keeps a socket that serves IPv4 from receiving for the groups that other sockets of this machine have
// joined.
std::optional<SysError> ignore_groups(int socket, bool is_v4);

}  // namespace isletime
