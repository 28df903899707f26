// SPDX-License-Identifier: MIT
// A datagram that is sent from a socket to this process itself, on loopback: what the kernel needs for
// sending is then in the processor's caches, and the next datagram that leaves the socket takes a tenth of
// the time that it would take after a rest.
#pragma once

#include "libsync/posix/fd.hpp"
#include "libsync/posix/socket_address.hpp"

namespace isletime {

class Rehearsal {
 public:
  // Of the family of the sockets that are to rehearse. Without a loopback of that family it does nothing.
  explicit Rehearsal(bool is_v4);

  void play(const Fd& socket);

 private:
  Fd stage_;
  SocketAddress address_{};
};

}  // namespace isletime
