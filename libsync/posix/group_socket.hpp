// SPDX-License-Identifier: MIT
// Receives broadcasts or multicasts: the socket is bound to a broadcast address or a group, so it gets no
// datagram for a single host, and can coexist with a socket that serves the same port.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

struct HeardDatagram {
  Bytes bytes;  // valid until the next call
  Endpoint from;
  WallTime received;
};

class GroupSocket {
 public:
  // A multicast `group` is joined on this interface only; IPv6 requires its scope. A port that also serves is
  // shared only with sockets of the same user.
  static Result<GroupSocket, SysError> open(const Endpoint& group, std::uint32_t interface);

  // Never blocks. Returns nothing if no datagram is waiting.
  std::optional<HeardDatagram> receive();
  int descriptor() const { return socket_.get(); }

 private:
  explicit GroupSocket(Fd socket) : socket_(std::move(socket)) {}

  Fd socket_;
  std::array<std::uint8_t, 256> buffer_{};  // longer datagrams are cut, and their signature does not match
};

// Lets sockets of `user` share the port of this one, which root has opened.
std::optional<SysError> share_port_with(std::uint32_t user, int socket);

}  // namespace isletime
