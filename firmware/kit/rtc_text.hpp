// SPDX-License-Identifier: MIT
// Names of a battery clock's states, for the console and for status pages.
#pragma once

#include <string_view>

#include "firmware/kit/rtc_runner.hpp"

namespace isletime::firmware {

constexpr std::string_view to_string(RtcState state) {
  switch (state) {
    case RtcState::kNone:
      return "none";
    case RtcState::kSought:
      return "sought";
    case RtcState::kAbsent:
      return "absent";
    case RtcState::kAmbiguous:
      return "ambiguous";
    case RtcState::kGood:
      return "good";
    case RtcState::kLost:
      return "lost its time";
    case RtcState::kNotATime:
      return "not a time";
    case RtcState::kImplausible:
      return "implausible";
    case RtcState::kStopped:
      return "stopped";
    case RtcState::kNotRunning:
      return "not running";
    case RtcState::kTooSlow:
      return "too slow";
    case RtcState::kBusFailed:
      return "bus failed";
    case RtcState::kNotKept:
      return "time not kept";
  }
  return "";
}

}  // namespace isletime::firmware
