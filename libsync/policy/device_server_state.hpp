// SPDX-License-Identifier: MIT
// The system variables (RFC 5905, section 11.1) of a device that serves its own clock. They claim no more
// than the device knows: its root distance is a bound on its error, and without a source that vouches for its
// time it is unsynchronised.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/reference_id.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

// The stratum of a clock that follows no server, as sntpd's --local-stratum has it.
inline constexpr std::uint8_t kOwnStratum = 10;

// The server that the device follows, by the last measurement.
struct FollowedServer {
  Header header;
  Delay delay;
  WallTime measured_at;  // by the device's clock
  ReferenceId address;
};

struct DeviceStanding {
  std::optional<DeviceTime> time;  // now
  WallTime confirmed_at{};         // when a source last set or confirmed the clock
  bool is_vouched = false;         // by that source
  std::optional<FollowedServer> server;
};

constexpr ServerState server_state(const DeviceStanding& device, std::int8_t precision) {
  if (!device.time || !device.is_vouched || device.time->bound >= kMaxDispersion) {
    return unsynchronised(precision);
  }
  const DeviceTime& now = *device.time;
  if (!device.server) {
    ServerState state = local_reference(kOwnStratum, precision, std::min(device.confirmed_at, now.time), {});
    state.dispersion_time = now.time;
    state.root_dispersion = now.bound;
    state.growth_limit = kUnlimited;
    return state;
  }
  const Header& server = device.server->header;
  if (server.stratum == 0 || server.stratum >= kMaxStratum || server.leap == Leap::kUnsynchronised) {
    return unsynchronised(precision);
  }
  // Clients that follow the device must also learn that the root is an undisciplined clock.
  const bool is_local = is_local_clock(server.stratum, server.reference_id);
  const nanoseconds root_delay =
      server.root_delay.to_nanoseconds() + std::max(device.server->delay.value, nanoseconds::zero());
  // The reference time is never later than the server's, so that a server can recognise its own time.
  const WallTime measured_at = device.server->measured_at;
  const WallTime reference_time =
      std::min(unfold(server.reference, measured_at).value_or(measured_at), measured_at);
  return {.leap = server.leap,
          .stratum = static_cast<std::uint8_t>(server.stratum + 1),
          .precision = precision,
          .reference_id = is_local ? kLocalClock : device.server->address,
          .reference_time = std::min(reference_time, now.time),
          .root_delay = {root_delay},
          .root_dispersion = {std::max(now.bound.value - root_delay / 2, nanoseconds::zero())},
          .dispersion_time = now.time,
          .growth_limit = kUnlimited};
}

}  // namespace isletime
