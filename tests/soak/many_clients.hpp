// SPDX-License-Identifier: MIT
// One socket that acts as thousands of clients: each datagram leaves from its own address (IP_PKTINFO), and a
// reply comes with the address to which it was sent. These addresses must be local; soak.py sets them up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/posix/fd.hpp"

namespace isletime::soak {

struct Outgoing {
  IpAddress from;
  std::vector<std::uint8_t> bytes;
};

class ManyClients {
 public:
  explicit ManyClients(const Endpoint& server);

  // Sends in as few calls as possible. Returns how many were accepted, which is none while the interface is
  // gone.
  std::size_t send(const std::vector<Outgoing>& datagrams) const;
  // Gives everything that has arrived to `take(bytes, from, to)`. Never blocks.
  void receive(const std::function<void(Bytes, const Endpoint&, IpAddress)>& take) const;
  const Fd& socket() const { return socket_; }

 private:
  Endpoint server_;
  Fd socket_;
};

}  // namespace isletime::soak
