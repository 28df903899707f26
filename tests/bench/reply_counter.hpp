// SPDX-License-Identifier: MIT
// Counts a server's replies as they come, in batches and without ever waiting: a client that slept
// would have the server pay for waking it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <sys/socket.h>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/fd.hpp"

namespace isletime::bench {

class ReplyCounter {
 public:
  ReplyCounter();

  // Takes what has come: the replies of a server among it, at most kBatchSize.
  std::size_t take(const Fd& socket);

 private:
  static constexpr std::size_t kBatchSize = 64;

  std::array<std::array<std::uint8_t, kHeaderSize>, kBatchSize> buffers_{};
  std::array<iovec, kBatchSize> vectors_{};
  std::array<mmsghdr, kBatchSize> messages_{};
};

}  // namespace isletime::bench
