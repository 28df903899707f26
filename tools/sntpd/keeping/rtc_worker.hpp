// SPDX-License-Identifier: MIT
// The one thread that speaks to the battery clock: a bus that hangs keeps nobody else. Takes a job at a
// time; its outcome wakes poll(2). Asleep, and without a descriptor to poll, while there is none.
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

  // Only while it is idle. The failure, as a clause, if the system has neither thread nor pipe for it now.
  std::optional<std::string> begin(const RtcJob& job);
  // Its outcome has not been taken yet.
  bool is_busy() const { return is_busy_; }
  // Readable when there is an outcome; -1 while idle.
  int descriptor() const;
  std::optional<RtcOutcome> take();
  // No more jobs. One under way leaves off where that does no harm: a chip that is being written is not left
  // half-way. One that hangs is waited for no longer than a second.
  std::optional<RtcOutcome> end();

 private:
  struct Shared;

  std::optional<std::string> start();

  std::shared_ptr<Shared> shared_;
  bool is_started_ = false;
  bool is_busy_ = false;
};

// The system's own.
std::unique_ptr<RtcClocks> system_rtc_clocks();

}  // namespace isletime::sntpd
