// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/service_workers.hpp"

#include <algorithm>
#include <utility>

#include <pthread.h>

#include <fmt/format.h>

#include "tools/sntpd/start_thread.hpp"

namespace isletime::sntpd {

void ServiceWorkers::step(MonoTime now) {
  if (!has_threads_) next_attempt_.reset();
  if (!next_attempt_ || now < *next_attempt_) return;
  while (threads_.size() < services_.size()) {
    auto thread = start_thread([this, &service = services_[threads_.size()]] { work(service); });
    if (!thread) {
      if (!std::exchange(is_short_of_threads_, true)) {
        log_.error(fmt::format("--workers: {} of {} sockets are served by the event loop for now: {}",
                               services_.size() - threads_.size(), services_.size(), thread.error()));
      }
      next_attempt_ = now + pause_;
      pause_ = std::min(pause_ * 2, kLongestPause);
      return;
    }
    threads_.push_back(*std::move(thread));
  }
  next_attempt_.reset();
  if (is_short_of_threads_) log_.detail("--workers: all threads run now");
}

void ServiceWorkers::append_polled(std::vector<pollfd>& polled) const {
  for (std::size_t i = threads_.size(); i < services_.size(); ++i) {
    polled.push_back({services_[i].socket().descriptor(), POLLIN | POLLPRI, 0});
  }
}

void ServiceWorkers::serve(std::span<const pollfd> polled) {
  for (std::size_t i = 0; i < polled.size(); ++i) {
    Service& service = services_[threads_.size() + i];
    if ((polled[i].revents & (POLLERR | POLLPRI)) != 0) service.take_stamps();
    if ((polled[i].revents & ~(POLLERR | POLLPRI)) != 0) service.serve(ServiceSocket::Wait::kNot);
  }
}

void ServiceWorkers::work(Service& service) const {
  // This thread is never cancelled, so libc need not prepare for that around each system call: 2 % of a
  // reply.
  // NOLINTNEXTLINE(concurrency-thread-canceltype-asynchronous)
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
  while (!stopping_.load(std::memory_order_relaxed)) service.serve(ServiceSocket::Wait::kForOne);
}

void ServiceWorkers::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  for (Service& service : services_) service.socket().shut_down();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace isletime::sntpd
