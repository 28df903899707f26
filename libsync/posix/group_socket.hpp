// SPDX-License-Identifier: MIT
// Receives what is sent to everybody: it is bound to a broadcast address or a multicast group, so that it
// gets no datagram that is meant for one host, and may exist beside a socket that serves the same port.
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
  // `group`: joined on this interface alone if it is a multicast one, for which IPv6 wants its scope. A
  // port that serves is shared only with sockets of the same user.
  static Result<GroupSocket, SysError> open(const Endpoint& group, std::uint32_t interface);

  // Never waits. Absent: nothing more at present.
  std::optional<HeardDatagram> receive();
  int descriptor() const { return socket_.get(); }

 private:
  explicit GroupSocket(Fd socket) : socket_(std::move(socket)) {}

  Fd socket_;
  std::array<std::uint8_t, 256> buffer_{};  // longer ones are cut, so that their signature does not match
};

// Lets another socket of `user` be bound to the port of this one, which root has opened.
std::optional<SysError> share_port_with(std::uint32_t user, int socket);

}  // namespace isletime
