// SPDX-License-Identifier: MIT
// What may happen to the hub's time that people should find in its records.
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
// As in the file: "source_selected".
const char* to_string(Event event);

}  // namespace isletime
