// SPDX-License-Identifier: MIT
// The events of the hub's time that are worth a line in its records.
#pragma once

#include <cstdint>

namespace isletime {

enum class Event : std::uint8_t {
  kStarted,
  kStopped,
  kReloaded,
  kSourceSelected,
  kSourceLost,
  kSourceDistrusted,
  kServersDisagree,
  kSynchronised,
  kHoldover,
  kUnsynchronised,
  kClockStepped,
  kClockSetByOthers,
  kSlept,
  kSetByHand,
  kSampleRefused,
  kLeapSecond,
  kRtcSet,
  kRateErrorSet,
  kStateIgnored,
  kFault,
};
// Returns the name that the records use: "source_selected".
const char* to_string(Event event);

}  // namespace isletime
