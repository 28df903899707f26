// SPDX-License-Identifier: MIT
// Broadcasts as common view: all stations of a radio cell hear one frame at one instant, so devices that
// derive their time from the same frames agree better than any exchange with the server tells it to one of
// them. A frame took at least the least delay since its transmit timestamp; a filter of those edges follows
// the server's time less that delay, and the exchanges show what that delay is. No I/O: datagrams and
// estimates come in, an offset goes out. Nothing changes before a packet has passed every check.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/broadcast_client.hpp"
#include "libsync/policy/device_estimator.hpp"
#include "libsync/policy/device_filter.hpp"

namespace isletime {

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
  };
  explicit CommonView(const Config& config) : config_(config) {}

  // A datagram arrived at the instant `at`, by the free-running clock `free` (see DeviceClock). `estimate` is
  // that of the exchanges: what contradicts it is not believed. Returns why the broadcast is refused.
  std::optional<BroadcastReject> on_datagram(Bytes bytes, const Endpoint& from, MonoTime at, WallTime free,
                                             const std::optional<DeviceEstimate>& estimate);
  // The server's clock or the server has changed.
  void reset();

  // Returns nothing while the exchanges know better.
  std::optional<CommonOffset> offset(MonoTime now, const DeviceEstimate& estimate) const;

 private:
  void take(MonoTime at, Offset edge, const DeviceEstimate& estimate);

  Config config_;
  std::optional<NtpTimestamp> latest_{};
  std::optional<DeviceFilter> filter_{};
  MonoTime taken_{};
  std::uint8_t frames_ = 0;
  bool is_good_ = false;
};

}  // namespace isletime
