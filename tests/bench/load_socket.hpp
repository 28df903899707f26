// SPDX-License-Identifier: MIT
// Sends requests and counts replies as cheaply as possible, so that the server and not its clients are the
// limit. A burst is one call and one pass through the stack, and is cut into datagrams on arrival
// (UDP_SEGMENT). The socket's filter drops the replies, and only the number of drops is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/mac.hpp"

namespace isletime::bench {

class LoadSocket {
 public:
  static constexpr std::size_t kLongestBurst = 32;

  // With a null `key` the requests are not signed.
  LoadSocket(const Endpoint& server, const Key* key);

  // Sends at most kLongestBurst.
  void send(std::size_t requests) const;
  // Returns the number of replies so far. Throws if anything but a server's reply of the request's length
  // arrived.
  std::uint32_t replies() const;

 private:
  std::vector<std::uint8_t> burst_;
  std::size_t request_size_;
  Fd socket_;
};

}  // namespace isletime::bench
