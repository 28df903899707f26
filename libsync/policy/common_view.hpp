// SPDX-License-Identifier: MIT
// Interleaved broadcasts (RFC 9769, section 4) as common view: all stations of a radio cell hear one frame at
// one instant, so devices that derive their time from the same frames agree better than any exchange with the
// server tells it to one of them. A frame that left the server at a known time took at least the least delay;
// a filter of those edges follows the server's time less that delay, and the exchanges show what that delay
// is. No I/O: datagrams, measurements and estimates come in, an offset goes out. Nothing changes before a
// packet has passed every check.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/broadcast_client.hpp"
#include "libsync/policy/device_estimator.hpp"
#include "libsync/policy/device_filter.hpp"
#include "libsync/policy/measurement.hpp"

namespace isletime {

enum class BroadcastUse : std::uint8_t {
  kHeard,  // it tells when it left only in the next one, or the one before was not heard
  kTaken,  // it told when the one before had left
};

// The time by the broadcasts: it is at + offset, and the offset grows at a rate.
struct CommonOffset {
  MonoTime at;
  Offset offset;
  Ppm rate;
};

class CommonView {
 public:
  struct Config {
    Endpoint server;
    std::uint16_t wander = DeviceEstimator::kUnknownCrystal;
  };
  explicit CommonView(const Config& config);

  // A datagram arrived at the instant `at`, by the free-running clock `free` (see DeviceClock). `estimate` is
  // that of the exchanges: what contradicts it is not believed.
  Result<BroadcastUse, BroadcastReject> on_datagram(Bytes bytes, const Endpoint& from, MonoTime at,
                                                    WallTime free,
                                                    const std::optional<DeviceEstimate>& estimate);
  // The server's clock or the server has changed.
  void reset() { *this = CommonView{config_}; }

  // Returns nothing while the exchanges know better.
  std::optional<CommonOffset> offset(MonoTime now, const DeviceEstimate& estimate) const;

 private:
  // The latest broadcast, which the next one completes.
  struct Latest {
    NtpTimestamp transmit;
    MonoTime at;
    WallTime free;
  };

  void take(MonoTime at, Offset edge, const DeviceEstimate& estimate);

  Config config_;
  std::optional<Latest> latest_{};
  std::optional<DeviceFilter> filter_{};
  std::int64_t mean_excess_;  // of a frame's delay over the least one, ns
  MonoTime taken_{};
  std::uint8_t frames_ = 0;
  bool is_good_ = false;
};

}  // namespace isletime
