// SPDX-License-Identifier: MIT
// Whether a broadcast of a server that is also asked may be believed, between two answers (RFC 5905, section
// 3; RFC 8633, section 5.5). Pure, and suspicious: a broadcast has no delay, so it is taken only if it agrees
// with the last exchange as well as the delay of that exchange allows, which detects packets that were held
// back or sent again. Nothing changes before a packet has passed every check.
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

// The motion of the local clock since the last exchange.
struct SinceExchange {
  Offset moved{};                  // how far the offset moved: the clock was steered, and gains or loses
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

  // A query was answered: the answer calibrates the broadcasts from now on.
  void on_exchange(const Measurement& m);
  // The local clock was set: measurements made by it are worthless.
  void forget_exchange() { exchange_.reset(); }
  const std::optional<Measurement>& exchange() const { return exchange_; }

  // `datagram` has a header alone, whose signature was found good. The delay of the measurement is the
  // exchange's; its dispersion covers how long a packet could have been held back.
  Result<Measurement, BroadcastReject> on_datagram(const Datagram& datagram, const SinceExchange& since);

 private:
  std::optional<BroadcastReject> find_fault(const Packet& packet, const Datagram& datagram) const;
  bool is_near_leap_second(const Header& header, WallTime near) const;
  void remember(const Header& header, NtpTimestamp stamp, WallTime near);

  Config config_;
  std::optional<Measurement> exchange_;
  std::optional<NtpTimestamp> latest_;   // the server's latest stamp that was believed
  std::optional<WallTime> leap_second_;  // the end of the day for which one was announced
};

}  // namespace isletime
