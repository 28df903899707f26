// SPDX-License-Identifier: MIT
#include "libsync/hub/event.hpp"

namespace isletime {

const char* to_string(Event event) {
  switch (event) {
    case Event::kStarted:
      return "started";
    case Event::kStopped:
      return "stopped";
    case Event::kReloaded:
      return "reloaded";
    case Event::kSourceSelected:
      return "source_selected";
    case Event::kSourceLost:
      return "source_lost";
    case Event::kSourceDistrusted:
      return "source_distrusted";
    case Event::kServersDisagree:
      return "servers_disagree";
    case Event::kSynchronised:
      return "synchronised";
    case Event::kHoldover:
      return "holdover";
    case Event::kUnsynchronised:
      return "unsynchronised";
    case Event::kClockStepped:
      return "clock_stepped";
    case Event::kClockSetByOthers:
      return "clock_set_by_others";
    case Event::kSlept:
      return "slept";
    case Event::kSetByHand:
      return "set_by_hand";
    case Event::kSampleRefused:
      return "sample_refused";
    case Event::kLeapSecond:
      return "leap_second";
    case Event::kRtcSet:
      return "rtc_set";
    case Event::kRateErrorSet:
      return "rate_error_set";
    case Event::kStateIgnored:
      return "state_ignored";
    case Event::kFault:
      return "fault";
  }
  return "";
}

}  // namespace isletime
