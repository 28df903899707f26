// SPDX-License-Identifier: MIT
// Who serves which socket: a thread each, or the event loop. A thread that cannot start leaves its socket to
// the loop, as requests would be lost in a socket that nobody reads, and is tried again later.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include <poll.h>

#include "libsync/core/time_types.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/serving/service.hpp"

namespace isletime::sntpd {

class ServiceWorkers {
 public:
  // The services outlive it, and are all there when it first steps. `has_threads`: else the loop serves all.
  ServiceWorkers(std::vector<Service>& services, bool has_threads, const Log& log)
      : services_(services), has_threads_(has_threads), log_(log) {}
  ~ServiceWorkers() { stop(); }
  ServiceWorkers(const ServiceWorkers&) = delete;
  ServiceWorkers& operator=(const ServiceWorkers&) = delete;

  // Starts the threads that are due: not between append_polled() and serve().
  void step(MonoTime now);
  std::optional<MonoTime> next_wakeup() const { return next_attempt_; }

  // The sockets that the loop serves.
  void append_polled(std::vector<pollfd>& polled) const;
  // `polled`: what append_polled() appended, after poll(2).
  void serve(std::span<const pollfd> polled);

  void stop();

 private:
  static constexpr nanoseconds kFirstPause = seconds{1};
  static constexpr nanoseconds kLongestPause = std::chrono::minutes{1};

  void work(Service& service) const;

  std::vector<Service>& services_;
  bool has_threads_;
  const Log& log_;
  std::vector<std::thread> threads_;  // of the first services
  std::optional<MonoTime> next_attempt_ = MonoTime{};
  nanoseconds pause_ = kFirstPause;
  bool is_short_of_threads_ = false;  // and has said so
  std::atomic<bool> stopping_{false};
};

}  // namespace isletime::sntpd
