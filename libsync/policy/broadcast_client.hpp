// SPDX-License-Identifier: MIT
// Decides between two replies whether to believe a broadcast of a server that is also queried (RFC 5905,
// section 3; RFC 8633, section 5.5). No I/O. A broadcast has no delay of its own, so it is accepted only if
// it agrees with the last exchange to within that exchange's delay, which detects packets that were delayed
// or replayed. Nothing changes before a packet has passed every check.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/client.hpp"
#include "libsync/policy/measurement.hpp"

namespace isletime {

enum class BroadcastReject : std::uint8_t {
  kTooShort,
  kUnsupportedVersion,
  kBadMacLength,
  kBadExtensionField,
  kWrongAddress,
  kNotABroadcast,
  kUnexpectedMac,
  kUnsynchronised,
  kBadStratum,
  kZeroStamp,
  kRootDistance,
  kReplay,
  kNotCalibrated,
  kLeapSecond,
  kDisagrees,
};

const char* describe(BroadcastReject reject);  // a clause for people

// Returns why a broadcast is not the server's, or of no use; the caller checks whether it is new.
std::optional<BroadcastReject> find_fault_of_broadcast(
    const Packet& packet, const Endpoint& from, const Endpoint& server,
    Dispersion max_root_distance = ClientConfig::kMaxRootDistance);

// The motion of the local clock since the last exchange.
struct SinceExchange {
  Offset moved{};                  // change of the offset by steering and by the clock's own rate
  Ppm rate = kFrequencyTolerance;  // the uncertainty of that rate
};

class BroadcastClient {
 public:
  struct Config {
    Endpoint server;
    std::int8_t precision = -20;  // of the local clock's stamps, log2 seconds
    Dispersion max_root_distance = ClientConfig::kMaxRootDistance;
  };
  explicit BroadcastClient(const Config& config) : config_(config) {}

  // A query was answered: the reply calibrates the broadcasts from now on.
  void on_exchange(const Measurement& m);
  // The local clock was set, so measurements made with it are worthless.
  void forget_exchange() { exchange_.reset(); }
  const std::optional<Measurement>& exchange() const { return exchange_; }

  // `datagram` is a header only, whose signature has been verified. The measurement has the delay of the
  // exchange; its dispersion covers how long the packet may have been delayed.
  Result<Measurement, BroadcastReject> on_datagram(const Datagram& datagram, const SinceExchange& since);

 private:
  std::optional<BroadcastReject> find_fault(const Packet& packet, const Datagram& datagram) const;
  bool is_near_leap_second(const Header& header, WallTime near) const;
  void remember(const Header& header, NtpTimestamp stamp, WallTime near);

  Config config_;
  std::optional<Measurement> exchange_;
  std::optional<NtpTimestamp> latest_;   // the server's latest timestamp that was accepted
  std::optional<WallTime> leap_second_;  // the end of the day for which a leap second was announced
};

}  // namespace isletime
