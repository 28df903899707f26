// SPDX-License-Identifier: MIT
#include "libsync/policy/broadcast_client.hpp"

#include <algorithm>
#include <chrono>

#include "libsync/core/exchange.hpp"
#include "libsync/policy/leap_second.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

// An older exchange is too imprecise: 15 ppm make 54 ms in an hour.
constexpr nanoseconds kExchangeLasts = std::chrono::hours{1};

// No reply takes this long, so the server's clock must have been set back.
constexpr nanoseconds kSetBack = seconds{16};

// A broadcast is signed and sent after it is stamped, and no exchange measures how long that takes.
constexpr nanoseconds kSending = std::chrono::microseconds{100};

// RFC 5905, section 7.3: our own broadcasts and those of any ntpd of this century have version 3 or newer.
constexpr std::uint8_t kOldestBroadcast = 3;

// Returns the server's time for a reading of the local clock. The server's timestamps are unfolded near it:
// the exchange's offset is of the right era, while the local clock may read 1970.
WallTime server_time(WallTime local, Offset offset) {
  return WallTime{saturated_sum(local.time_since_epoch(), offset.value)};
}

}  // namespace

void BroadcastClient::on_exchange(const Measurement& m) {
  exchange_ = m;
  // The transmit timestamp of an interleaved reply belongs to the reply before it (RFC 9769), but its receive
  // timestamp is current.
  const NtpTimestamp stamp = m.server.receive;
  if (latest_ && *latest_ - stamp > kSetBack) latest_.reset();
  remember(m.server, stamp, server_time(m.time, m.offset));
}

Result<Measurement, BroadcastReject> BroadcastClient::on_datagram(const Datagram& datagram,
                                                                  const SinceExchange& since) {
  const auto packet = parse(datagram.bytes);
  if (!packet) return Unexpected{as<BroadcastReject>(packet.error())};
  if (const auto fault = find_fault(*packet, datagram)) return Unexpected{*fault};

  const Header& header = packet->header;
  const nanoseconds delay = std::max(exchange_->delay.value, nanoseconds::zero());
  const nanoseconds expected = saturated_sum(exchange_->offset.value, since.moved.value);
  const Offset heard{saturated_sum(header.transmit - to_ntp(datagram.received), delay / 2)};
  const nanoseconds offset = unfold(heard, {expected}).value;
  const nanoseconds age = magnitude(elapsed(exchange_->time, datagram.received));
  // The error of the exchange consists of its timestamps' errors and the clock's drift since then.
  const nanoseconds error = saturated_sum(exchange_->dispersion.value, drift(age, since.rate));
  // Both then and now each direction took between nothing and the whole delay.
  const nanoseconds ticks =
      precision_of(std::max(exchange_->server.precision, header.precision)) + precision_of(config_.precision);
  const nanoseconds allowed = saturated_sum(delay, saturated_sum(error, ticks + kSending));
  if (magnitude(saturated_difference(offset, expected)) > allowed) {
    return Unexpected{BroadcastReject::kDisagrees};
  }
  remember(header, header.transmit, server_time(datagram.received, {offset}));
  return Measurement{.time = datagram.received,
                     .offset = {offset},
                     .delay = {delay},
                     .dispersion = {saturated_sum(allowed, error)},
                     .server = header};
}

// The checks are in this order: the sender, whether it is usable, whether it is new, and what to compare it
// with.
std::optional<BroadcastReject> BroadcastClient::find_fault(const Packet& packet,
                                                           const Datagram& datagram) const {
  const Header& header = packet.header;
  if (const auto fault =
          find_fault_of_broadcast(packet, datagram.from, config_.server, config_.max_root_distance)) {
    return fault;
  }
  if (latest_ && header.transmit - *latest_ <= nanoseconds::zero()) return BroadcastReject::kReplay;
  if (!exchange_ || magnitude(elapsed(exchange_->time, datagram.received)) > kExchangeLasts) {
    return BroadcastReject::kNotCalibrated;
  }
  if (is_near_leap_second(header, server_time(datagram.received, exchange_->offset))) {
    return BroadcastReject::kLeapSecond;
  }
  return std::nullopt;
}

std::optional<BroadcastReject> find_fault_of_broadcast(const Packet& packet, const Endpoint& from,
                                                       const Endpoint& server, Dispersion max_root_distance) {
  const Header& header = packet.header;
  if (from != server) return BroadcastReject::kWrongAddress;
  if (header.mode != Mode::kBroadcast) return BroadcastReject::kNotABroadcast;
  if (header.version < kOldestBroadcast) return BroadcastReject::kUnsupportedVersion;
  if (packet.mac) return BroadcastReject::kUnexpectedMac;
  if (header.leap == Leap::kUnsynchronised) return BroadcastReject::kUnsynchronised;
  if (header.stratum == 0 || header.stratum > kMaxStratum) return BroadcastReject::kBadStratum;
  if (header.transmit.is_unset()) return BroadcastReject::kZeroStamp;
  if (root_distance(header) >= max_root_distance.value) return BroadcastReject::kRootDistance;
  return std::nullopt;
}

bool BroadcastClient::is_near_leap_second(const Header& header, WallTime near) const {
  const auto sent = unfold(header.transmit, near);
  return sent &&
         (isletime::is_near_leap_second(announced_leap_second(header.leap, header.transmit, near), *sent) ||
          isletime::is_near_leap_second(leap_second_, *sent));
}

void BroadcastClient::remember(const Header& header, NtpTimestamp stamp, WallTime near) {
  if (!latest_ || stamp - *latest_ > nanoseconds::zero()) latest_ = stamp;
  if (const auto announced = announced_leap_second(header.leap, stamp, near)) leap_second_ = announced;
}

}  // namespace isletime
