// SPDX-License-Identifier: MIT
// Sends requests with forged senders: the server's own address and port, loopback, all hosts, multicast, the
// unspecified address, and port 0. Needs CAP_NET_RAW.
#pragma once

#include <cstdint>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/posix/fd.hpp"

namespace isletime::soak {

class Spoofer {
 public:
  explicit Spoofer(const Endpoint& server);

  void send(Bytes payload);

 private:
  Endpoint server_;
  Fd socket_;
  std::uint32_t sent_ = 0;
};

}  // namespace isletime::soak
