// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/rtc_worker.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"
#include "tools/sntpd/start_thread.hpp"

namespace isletime::sntpd {
namespace {

// Limits how long the end of the program waits for a sleeping job.
constexpr nanoseconds kLongestSleep = std::chrono::milliseconds{100};
constexpr int kPatience = 1000;  // ms

class SystemRtcClocks final : public RtcClocks {
 public:
  WallTime wall() override { return wall_now(); }
  MonoTime mono() override { return mono_now(); }
  bool sleep_until(MonoTime time) override {
    while (!is_ended()) {
      const nanoseconds left = elapsed(mono_now(), time);
      if (left <= nanoseconds::zero()) return true;
      std::this_thread::sleep_for(std::min(left, kLongestSleep));
    }
    return false;
  }
};

}  // namespace

std::unique_ptr<RtcClocks> system_rtc_clocks() {
  return std::make_unique<SystemRtcClocks>();
}

// Shared with the thread, because that may still hang in the kernel when the RtcWorker is destroyed.
struct RtcWorker::Shared {
  std::mutex mutex;
  std::condition_variable wake;
  std::optional<RtcJob> job;
  std::optional<RtcOutcome> outcome;
  bool is_stopping = false;
  std::unique_ptr<RtcDevice> device;
  std::unique_ptr<RtcClocks> clocks;
  Fd readable;
  Fd writable;

  std::optional<RtcJob> wait() {
    std::unique_lock lock(mutex);
    wake.wait(lock, [this] { return is_stopping || job; });
    return is_stopping ? std::nullopt : std::exchange(job, std::nullopt);
  }
  void finish(RtcOutcome done) {
    const std::lock_guard lock(mutex);
    outcome = std::move(done);
    const char byte = 0;
    [[maybe_unused]] const auto written = write(writable.get(), &byte, 1);
  }
};

RtcWorker::RtcWorker(std::unique_ptr<RtcDevice> device, std::unique_ptr<RtcClocks> clocks)
    : shared_(std::make_shared<Shared>()) {
  shared_->device = std::move(device);
  shared_->clocks = std::move(clocks);
}

RtcWorker::~RtcWorker() {
  end();
}

std::optional<RtcOutcome> RtcWorker::end() {
  if (shared_->clocks->is_ended()) return std::nullopt;
  shared_->clocks->end();
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->is_stopping = true;
    if (shared_->job) is_busy_ = false;  // the job has not been started
    shared_->wake.notify_one();
  }
  if (!is_busy_) return std::nullopt;
  pollfd outcome{descriptor(), POLLIN, 0};
  poll(&outcome, 1, kPatience);
  return take();
}

std::optional<std::string> RtcWorker::start() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return to_string(SysError{errno, "pipe"});
  shared_->readable = Fd{ends[0]};
  shared_->writable = Fd{ends[1]};
  auto thread = start_thread([alive = shared_] {
    while (const auto job = alive->wait()) alive->finish(do_rtc_job(*job, *alive->device, *alive->clocks));
  });
  if (!thread) return thread.error();
  thread->detach();
  is_started_ = true;
  return std::nullopt;
}

std::optional<std::string> RtcWorker::begin(const RtcJob& job) {
  if (!is_started_) {
    if (auto failure = start()) return failure;
  }
  is_busy_ = true;
  const std::lock_guard lock(shared_->mutex);
  shared_->job = job;
  shared_->wake.notify_one();
  return std::nullopt;
}

int RtcWorker::descriptor() const {
  return is_busy_ ? shared_->readable.get() : -1;
}

std::optional<RtcOutcome> RtcWorker::take() {
  if (!is_busy_) return std::nullopt;
  const std::lock_guard lock(shared_->mutex);
  if (!shared_->outcome) return std::nullopt;
  char byte = 0;
  [[maybe_unused]] const auto drained = read(shared_->readable.get(), &byte, 1);
  is_busy_ = false;
  return std::exchange(shared_->outcome, std::nullopt);
}

}  // namespace isletime::sntpd
