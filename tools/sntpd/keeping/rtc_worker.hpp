// SPDX-License-Identifier: MIT
// Runs the jobs of the battery clock in a thread of its own, so that a bus that hangs does not block the
// daemon. It takes one job at a time, whose outcome wakes poll(2). While idle it has no descriptor to poll.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tools/sntpd/keeping/rtc_jobs.hpp"

namespace isletime::sntpd {

class RtcWorker {
 public:
  RtcWorker(std::unique_ptr<RtcDevice> device, std::unique_ptr<RtcClocks> clocks);
  ~RtcWorker();
  RtcWorker(const RtcWorker&) = delete;
  RtcWorker& operator=(const RtcWorker&) = delete;

  // Starts a job; call it only while idle. Returns the failure, as a clause, if the system has no thread or
  // pipe for it now.
  std::optional<std::string> begin(const RtcJob& job);
  // Returns whether a job's outcome has not been taken yet.
  bool is_busy() const { return is_busy_; }
  // Returns the descriptor that becomes readable with the outcome, or -1 while idle.
  int descriptor() const;
  // Returns the outcome, or nothing if there is none yet.
  std::optional<RtcOutcome> take();
  // Accepts no more jobs and ends the current one, though never in the middle of a write to the chip. Waits
  // for it for at most a second; then returns its outcome, if there is one.
  std::optional<RtcOutcome> end();

 private:
  struct Shared;

  std::optional<std::string> start();

  std::shared_ptr<Shared> shared_;
  bool is_started_ = false;
  bool is_busy_ = false;
};

// Returns the system's clocks.
std::unique_ptr<RtcClocks> system_rtc_clocks();

}  // namespace isletime::sntpd
