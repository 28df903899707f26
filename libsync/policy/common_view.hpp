// SPDX-License-Identifier: MIT
// Broadcasts as common view: devices that hear the same frame agree on its instant.
#pragma once

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/broadcast_client.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime {

enum class BroadcastUse : std::uint8_t {
  kKept,     // it may help later
  kApplied,  // the clock was corrected by it
};

class CommonView {
 public:
  Result<BroadcastUse, BroadcastReject> on_broadcast(Bytes, const Endpoint&, MonoTime, DeviceClock&) {
    return Unexpected{BroadcastReject::kNotCalibrated};
  }
};

}  // namespace isletime
