// SPDX-License-Identifier: MIT
// Serves the clock's time by NTP to its own network (RFC 5905): the wiring of libsync's responder to a UDP
// port. Requests that are signed with the device's key get signed replies; those with another MAC get none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "firmware/kit/ntp_following.hpp"
#include "firmware/net/udp_port.hpp"
#include "libsync/core/ntp_cmac.hpp"
#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/device_server_state.hpp"
#include "libsync/policy/rate_limit.hpp"
#include "libsync/policy/responder.hpp"

namespace isletime::firmware {

// Returns the source from which the device's clock derives its time at the moment.
DeviceStanding standing_of(const DeviceClock& clock, const NtpFollowing& following, MonoTime now);

class TimeServer {
 public:
  // Clock and following must outlive it.
  TimeServer(const DeviceClock& clock, NtpFollowing& following, const std::optional<CmacKey>& key);
  TimeServer(const TimeServer&) = delete;
  TimeServer& operator=(const TimeServer&) = delete;

  bool open(std::uint16_t port);
  std::uint32_t replies() const { return replies_; }
  std::uint32_t refusals() const { return refusals_; }

 private:
  // Clients are told apart by a hash of their addresses; a few may share a limit.
  static constexpr std::size_t kLimits = 32;

  void on_arrival(const net::Arrival& arrival);
  bool answer(const ParsedRequest& parsed, const net::Arrival& arrival);
  WallTime stamp(MonoTime at) const;
  RateLimit& limit_of(IpAddress client);

  const DeviceClock& clock_;
  NtpFollowing& following_;
  std::optional<CmacKey> key_;
  net::UdpPort port_;
  std::uint32_t hash_seed_;
  std::array<RateLimit, kLimits> limits_{};
  // How long after its transmit timestamp a reply leaves, plain and signed: smoothed, because the next one is
  // stamped by it.
  std::array<nanoseconds, 2> departs_after_{};
  std::uint32_t replies_ = 0;
  std::uint32_t refusals_ = 0;
};

}  // namespace isletime::firmware
