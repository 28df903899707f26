// SPDX-License-Identifier: MIT
// Decides whether the time of a phone may be fed to sntpd, is to be confirmed by a person first, or is
// refused: what is known of the hub comes in, and what should happen comes back.
#pragma once

#include <cstdint>

#include "libsync/core/time_types.hpp"
#include "tools/syncweb/phone/client_report.hpp"

namespace isletime::syncweb {

// A larger step is shown to a person first.
inline constexpr nanoseconds kLargestUnaskedStep = std::chrono::hours{24};

struct SyncQuestion {
  SyncBy by = SyncBy::kLook;
  WallTime built;       // no time before it is right
  WallTime phone_time;  // at the moment
  Offset offset;        // phone - hub
  bool is_hub_connected = false;
  bool follows_hub = false;   // the phone's clock probably follows this hub
  bool is_confirmed = false;  // a person has seen both times
};

enum class SyncDecision : std::uint8_t {
  kMeasured,      // nothing is to be set
  kFeed,          // feed it to sntpd
  kConfirm,       // show both times to a person first
  kOwnTime,       // it is the hub's own time; a person may insist
  kBeforeBuild,   // the phone is certainly wrong
  kBeyondUse,     // the same
  kDisconnected,  // nothing is known of the hub, so that nobody can judge a large step
};
SyncDecision decide_sync(const SyncQuestion& question);

}  // namespace isletime::syncweb
