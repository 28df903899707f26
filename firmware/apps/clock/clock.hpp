// SPDX-License-Identifier: MIT
// The wiring of a shelf clock that is also its house's time server: a battery clock tells the time at once
// after a power cut, NTP corrects both, a display of LED matrices shows it, and NTP and HTTP serve it.
#pragma once

#include "firmware/apps/clock/display.hpp"
#include "firmware/apps/clock/time_server.hpp"
#include "firmware/apps/clock/web.hpp"
#include "firmware/kit/device_memory.hpp"
#include "firmware/kit/device_name.hpp"
#include "firmware/kit/ntp_following.hpp"
#include "firmware/kit/rtc_runner.hpp"
#include "firmware/kit/status_report.hpp"
#include "libsync/core/posix_tz.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime::firmware {

class Clock {
 public:
  Clock();

  // One turn of the main loop: takes in what has come, and does what is due, of which each part takes a few
  // milliseconds at most. Returns how long the board may sleep.
  nanoseconds turn();
  void report(MonoTime now);

 private:
  nanoseconds until_next(MonoTime now) const;

  DeviceName name_;
  PosixZone zone_;
  DeviceMemory memory_;
  DeviceClock clock_;
  NtpFollowing following_;
  RtcRunner rtc_;
  Display display_;
  TimeServer server_;
  Web web_;
  StatusReport status_;
};

}  // namespace isletime::firmware
