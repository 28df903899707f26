// SPDX-License-Identifier: MIT
// Sends requests and counts replies as cheaply as the kernel lets it, so that the server and not its
// clients are at the limit. A burst is one call and one pass down the stack, cut into datagrams on
// arrival (UDP_SEGMENT); a reply is dropped by the socket's filter, and only the drops are looked at.
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

  // A null `key` sends requests that are not signed.
  LoadSocket(const Endpoint& server, const Key* key);

  // Sends at most kLongestBurst.
  void send(std::size_t requests) const;
  // Replies until now. Throws where something came that is no server's reply of the request's length.
  std::uint32_t replies() const;

 private:
  std::vector<std::uint8_t> burst_;
  std::size_t request_size_;
  Fd socket_;
};

}  // namespace isletime::bench
