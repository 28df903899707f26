// SPDX-License-Identifier: MIT
// Notices that somebody set the system clock, without waking up to look: a timer that the kernel
// cancels then (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
#pragma once

#include "libsync/posix/fd.hpp"

namespace isletime::sntpd {

class ClockWatch {
 public:
  ClockWatch();

  // Readable after a set; -1 where the system has no such timer, and no set is noticed.
  int descriptor() const { return timer_.get(); }
  // True if the clock was set since the last call.
  bool take_set();

 private:
  void arm();

  Fd timer_;
};

}  // namespace isletime::sntpd
