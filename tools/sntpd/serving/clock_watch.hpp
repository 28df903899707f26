// SPDX-License-Identifier: MIT
// Detects that the system clock was set, without waking up to check: the kernel then cancels a timer
// (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
#pragma once

#include "libsync/posix/fd.hpp"

namespace isletime::sntpd {

class ClockWatch {
 public:
  ClockWatch();

  // Readable after the clock was set; -1 if the system has no such timer, and sets go undetected.
  int descriptor() const { return timer_.get(); }
  // Returns true if the clock was set since the last call.
  bool take_set();

 private:
  void arm();

  Fd timer_;
};

}  // namespace isletime::sntpd
