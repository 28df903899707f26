// SPDX-License-Identifier: MIT
// Work that would block the event loop, such as writing to a disk. A thread does it piece by piece in the
// order given, and exists only while there is work.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "libsync/posix/fd.hpp"
#include "tools/common/log.hpp"

namespace isletime::sntpd {

class Background {
 public:
  using Piece = std::function<void()>;

  explicit Background(const Log& log) : log_(log) {}
  ~Background() { finish(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // Runs `work` in the thread, and then `after` in the event loop, from step(). If the system cannot start a
  // thread, which is logged once, both are done before this returns; the next call tries again.
  void run(Piece work, Piece after = {});
  // Readable when step() has something to do; -1 while it cannot have.
  int descriptor() const { return awaited_ > 0 ? readable_.get() : -1; }
  void step();
  // Waits for all work, but does not run what would follow in the event loop.
  void finish();

 private:
  struct Job {
    Piece work;
    Piece after;
  };

  bool open_pipe();
  void start();
  void do_all();

  const Log& log_;
  Fd readable_;
  Fd writable_;
  std::size_t awaited_ = 0;  // pieces whose `after` is still to come
  bool is_short_of_threads_ = false;
  std::thread thread_;
  std::mutex mutex_;  // protects the members below
  std::deque<Job> jobs_;
  std::vector<Piece> done_;
  bool is_running_ = false;
};

}  // namespace isletime::sntpd
