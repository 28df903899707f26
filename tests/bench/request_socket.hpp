// SPDX-License-Identifier: MIT
// Sends requests as cheaply as the kernel lets it, so that the server and not its clients are at the
// limit: a burst is one call and one pass down the stack, cut into datagrams on arrival (UDP_SEGMENT).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/posix/fd.hpp"

namespace isletime::bench {

class RequestSocket {
 public:
  static constexpr std::size_t kLongestBurst = 32;

  explicit RequestSocket(const Endpoint& server);

  // At most kLongestBurst.
  void send(std::size_t requests) const;
  const Fd& socket() const { return socket_; }

 private:
  Fd socket_;
  std::vector<std::uint8_t> burst_;
};

}  // namespace isletime::bench
