// SPDX-License-Identifier: MIT
// One socket as thousands of clients: each datagram leaves from an address of its own (IP_PKTINFO), and
// with a reply comes the address that it was sent to. Those addresses must be local, as soak.py makes them.
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

  // Sends in as few calls as it takes. Returns how many the network took: none while the interface is gone.
  std::size_t send(const std::vector<Outgoing>& datagrams) const;
  // Gives everything that has come to `take(bytes, from, to)`. Never waits.
  void receive(const std::function<void(Bytes, const Endpoint&, IpAddress)>& take) const;
  const Fd& socket() const { return socket_; }

 private:
  Endpoint server_;
  Fd socket_;
};

}  // namespace isletime::soak
