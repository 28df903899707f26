// SPDX-License-Identifier: MIT
// Assigns each socket to a thread of its own or to the event loop. If a thread cannot start, the loop serves
// its socket, since requests to an unread socket would be lost, and the thread is tried again later.
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
  // The services must outlive it, and be complete before the first step. Without `has_threads` the loop
  // serves all.
  ServiceWorkers(std::vector<Service>& services, bool has_threads, const Log& log)
      : services_(services), has_threads_(has_threads), log_(log) {}
  ~ServiceWorkers() { stop(); }
  ServiceWorkers(const ServiceWorkers&) = delete;
  ServiceWorkers& operator=(const ServiceWorkers&) = delete;

  // Starts the threads that are due. Do not call it between append_polled() and serve().
  void step(MonoTime now);
  std::optional<MonoTime> next_wakeup() const { return next_attempt_; }

  // Appends the sockets that the loop serves.
  void append_polled(std::vector<pollfd>& polled) const;
  // `polled` is what append_polled() appended, after poll(2).
  void serve(std::span<const pollfd> polled);

  void stop();

 private:
  static constexpr nanoseconds kFirstPause = seconds{1};
  static constexpr nanoseconds kLongestPause = std::chrono::minutes{1};

  void work(Service& service) const;

  std::vector<Service>& services_;
  bool has_threads_;
  const Log& log_;
  std::vector<std::thread> threads_;  // for the first services
  std::optional<MonoTime> next_attempt_ = MonoTime{};
  nanoseconds pause_ = kFirstPause;
  bool is_short_of_threads_ = false;  // and has logged it
  std::atomic<bool> stopping_{false};
};

}  // namespace isletime::sntpd
