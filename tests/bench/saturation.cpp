// SPDX-License-Identifier: MIT
#include "tests/bench/saturation.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <thread>
#include <vector>

#include "libsync/posix/clocks.hpp"
#include "tests/bench/core_time.hpp"
#include "tests/bench/load_socket.hpp"

namespace isletime::bench {
namespace {

// Enough flows that a server with two workers has requests for each, and few enough that a socket's default
// buffer holds a burst of each.
constexpr std::size_t kFlows = 8;
// The client pauses while the bursts under way keep the server busy.
constexpr nanoseconds kNap = std::chrono::microseconds{20};
// A busy server holds a request for less than this; afterwards the rest of the burst counts as lost.
constexpr nanoseconds kLost = std::chrono::milliseconds{100};

// A client that sends its next burst when the last one has been answered.
struct Flow {
  LoadSocket socket;
  std::uint32_t answered_at = 0;
  MonoTime sent{};

  bool is_due(MonoTime now) const { return socket.replies() >= answered_at || now - sent > kLost; }
  void send(MonoTime now) {
    answered_at = socket.replies() + LoadSocket::kLongestBurst;
    sent = now;
    socket.send(LoadSocket::kLongestBurst);
  }
};

class Load {
 public:
  Load(const Endpoint& server, const Key* key) {
    for (std::size_t i = 0; i < kFlows; ++i) flows_.push_back({LoadSocket{server, key}});
  }

  void run(nanoseconds duration) {
    const MonoTime end = mono_now() + duration;
    for (MonoTime now = mono_now(); now < end;) {
      for (Flow& flow : flows_) {
        if (flow.is_due(now)) flow.send(now);
      }
      const MonoTime tired = mono_now();
      std::this_thread::sleep_for(kNap);
      now = mono_now();
      idle_ += now - tired;
    }
  }

  double replies() const {
    return std::accumulate(flows_.begin(), flows_.end(), 0.0,
                           [](double sum, const Flow& flow) { return sum + flow.socket.replies(); });
  }
  nanoseconds idle() const { return idle_; }

 private:
  std::vector<Flow> flows_;
  nanoseconds idle_{};
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

Saturation saturate(const Server& server, unsigned core, const Key* key, nanoseconds duration) {
  Load load(server.endpoint, key);
  load.run(duration / 10);
  const double replies_before = load.replies();
  const nanoseconds idle_before = load.idle();
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
      .client_idle_percent = 100 * in_seconds(load.idle() - idle_before) / wall,
  };
}

}  // namespace isletime::bench
