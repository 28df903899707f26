// SPDX-License-Identifier: MIT
// Follows the hub by NTP: the wiring of a DeviceFollower to the network. Queries leave from an unpredictable
// port of their own, and begin anew whenever the network or the hub's address changes.
#pragma once

#include <cstdint>
#include <optional>

#include "firmware/net/udp_port.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/device_follower.hpp"

namespace isletime::firmware {

class NtpFollowing {
 public:
  // The clock must outlive it.
  explicit NtpFollowing(DeviceClock& clock);
  NtpFollowing(const NtpFollowing&) = delete;
  NtpFollowing& operator=(const NtpFollowing&) = delete;

  // Sends a query if one is due. Call this in every turn of the main loop, after net::poll().
  void turn(MonoTime now);
  // Takes a datagram to port 123 that is no request.
  void on_broadcast(const net::Arrival& arrival);

  // Returns when turn() has something to do next, unless something arrives before.
  MonoTime next_wakeup() const;
  const std::optional<IpAddress>& hub() const { return hub_; }
  const DeviceFollower& follower() const { return follower_; }

 private:
  bool can_query() const;

  DeviceFollower follower_;
  net::UdpPort queries_;
  std::uint16_t ntp_port_;
  std::optional<unsigned> generation_;
  std::optional<IpAddress> hub_;
};

}  // namespace isletime::firmware
