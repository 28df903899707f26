// SPDX-License-Identifier: MIT
#include "tests/bench/saturation.hpp"

#include <algorithm>
#include <cstdint>

#include "libsync/posix/clocks.hpp"
#include "tests/bench/core_time.hpp"
#include "tests/bench/reply_counter.hpp"
#include "tests/bench/request_socket.hpp"

namespace isletime::bench {
namespace {

// Fits the buffer that a socket has by default, so that nothing is dropped.
constexpr std::size_t kWindow = 4 * RequestSocket::kLongestBurst;
// Longer than a busy server holds a request; then the rest of the window was lost.
constexpr nanoseconds kLost = std::chrono::milliseconds{100};

class Load {
 public:
  explicit Load(const Endpoint& server) : requests_(server) {}

  void run(nanoseconds duration) {
    const MonoTime end = mono_now() + duration;
    MonoTime last_reply = mono_now();
    for (MonoTime now = last_reply; now < end; now = mono_now()) {
      for (; awaited_ + RequestSocket::kLongestBurst <= kWindow; awaited_ += RequestSocket::kLongestBurst) {
        requests_.send(RequestSocket::kLongestBurst);
      }
      const std::size_t replies = counter_.take(requests_.socket());
      ++looks_;
      if (replies > 0) {
        last_reply = now;
      } else {
        ++empty_looks_;
        if (now - last_reply > kLost) awaited_ = 0;
      }
      replies_ += replies;
      awaited_ -= std::min(replies, awaited_);
    }
  }

  double replies() const { return static_cast<double>(replies_); }
  double idle_looks() const { return static_cast<double>(empty_looks_) / static_cast<double>(looks_); }

 private:
  RequestSocket requests_;
  ReplyCounter counter_;
  std::size_t awaited_ = 0;
  std::uint64_t replies_ = 0;
  std::uint64_t looks_ = 0;
  std::uint64_t empty_looks_ = 0;
};

double in_seconds(nanoseconds duration) {
  return std::chrono::duration<double>{duration}.count();
}

struct Books {
  MonoTime at = mono_now();
  nanoseconds idle;
  nanoseconds running;
  nanoseconds waiting;
};

Books read_books(const Server& server, unsigned core) {
  return {
      .idle = idle_time_of(core), .running = cpu_time_of(server.pid), .waiting = waiting_time_of(server.pid)};
}

}  // namespace

Saturation saturate(const Server& server, unsigned core, nanoseconds duration) {
  Load load(server.endpoint);
  load.run(duration / 10);
  const double replies_before = load.replies();
  const Books before = read_books(server, core);
  load.run(duration);
  const Books after = read_books(server, core);
  const double replies = load.replies() - replies_before;
  const double wall = in_seconds(after.at - before.at);
  return {
      .replies_per_second = replies / wall,
      .cpu_us_per_reply = in_seconds(after.running - before.running) * 1e6 / replies,
      .core_busy_percent = 100 * (1 - in_seconds(after.idle - before.idle) / wall),
      .core_shared_percent = 100 * in_seconds(after.waiting - before.waiting) / wall,
      .idle_looks_percent = 100 * load.idle_looks(),
  };
}

}  // namespace isletime::bench
