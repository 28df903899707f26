// SPDX-License-Identifier: MIT
#include "tools/sntpd/background.hpp"

#include <array>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "tools/sntpd/start_thread.hpp"

namespace isletime::sntpd {

void Background::run(Piece work, Piece after) {
  if (after && !open_pipe()) {
    finish();
    work();
    after();
    return;
  }
  if (after) ++awaited_;
  std::unique_lock lock(mutex_);
  jobs_.push_back({std::move(work), std::move(after)});
  if (std::exchange(is_running_, true)) return;
  lock.unlock();
  start();
}

bool Background::open_pipe() {
  std::array<int, 2> ends{};
  if (readable_.is_open()) return true;
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return false;
  readable_ = Fd{ends[0]};
  writable_ = Fd{ends[1]};
  return true;
}

void Background::start() {
  // The last thread has finished its work and is about to end.
  if (thread_.joinable()) thread_.join();
  auto thread = start_thread([this] { do_all(); });
  if (thread) {
    thread_ = *std::move(thread);
    is_short_of_threads_ = false;
    return;
  }
  if (!std::exchange(is_short_of_threads_, true))
    log_.error("the event loop itself waits for the disk for now: " + thread.error());
  do_all();
  step();
}

void Background::do_all() {
  std::unique_lock lock(mutex_);
  while (!jobs_.empty()) {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    lock.lock();
    if (!job.after) continue;
    done_.push_back(std::move(job.after));
    const char wake = 0;
    // If the pipe is full, it is readable already.
    [[maybe_unused]] const auto written = write(writable_.get(), &wake, 1);
  }
  is_running_ = false;
}

void Background::step() {
  if (awaited_ == 0) return;
  std::unique_lock lock(mutex_);
  std::array<char, 64> drained{};
  while (read(readable_.get(), drained.data(), drained.size()) > 0) {
  }
  const std::vector<Piece> done = std::exchange(done_, {});
  lock.unlock();
  awaited_ -= done.size();
  for (const Piece& after : done) after();
}

void Background::finish() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace isletime::sntpd
