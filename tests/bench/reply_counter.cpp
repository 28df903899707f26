// SPDX-License-Identifier: MIT
#include "tests/bench/reply_counter.hpp"

#include <algorithm>

namespace isletime::bench {

ReplyCounter::ReplyCounter() {
  for (std::size_t i = 0; i < kBatchSize; ++i) {
    vectors_[i] = {buffers_[i].data(), buffers_[i].size()};
    messages_[i].msg_hdr.msg_iov = &vectors_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
}

std::size_t ReplyCounter::take(const Fd& socket) {
  const int count = recvmmsg(socket.get(), messages_.data(), kBatchSize, MSG_DONTWAIT, nullptr);
  std::size_t replies = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i) {
    if (messages_[i].msg_len == kHeaderSize && parse_header(buffers_[i]).mode == Mode::kServer) ++replies;
  }
  return replies;
}

}  // namespace isletime::bench
