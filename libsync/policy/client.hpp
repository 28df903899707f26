// SPDX-License-Identifier: MIT
// The client's side of one association (RFC 5905, section 9; RFC 4330, section 5; RFC 9109): when to send a
// query, its contents, and whether a reply may be believed. No I/O: time, random numbers and datagrams come
// in; queries, measurements and named rejections go out. Nothing changes before a reply has passed every
// check, so an attacker who cannot see our queries cannot influence us.
// In interleaved mode (RFC 9769, section 2) a reply carries the time at which the reply before it really left
// the server, which completes the exchange before the present one.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "libsync/core/bytes.hpp"
#include "libsync/core/exchange.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/measurement.hpp"

namespace isletime {

struct ClientConfig {
  Endpoint server;
  std::uint8_t version = kNewestVersion;  // 1 to 4
  std::int8_t precision = -20;            // of the local clock's timestamps, log2 seconds
  nanoseconds timeout = seconds{2};       // a reply after this is late
  nanoseconds shortest_interval = seconds{2};
  nanoseconds longest_interval = seconds{1024};  // the limit of backing off
  // The limit of slowing down for a server's RATE: otherwise an attacker who can forge one could silence us.
  nanoseconds longest_after_rate = seconds{1024};
  Dispersion max_root_distance = kMaxRootDistance;
  std::span<const ReferenceId> own_ids{};  // the reference ids by which our own clients would name us
  bool interleaved = false;                // request it; a server without it replies in basic mode
  // The server's timestamps are unfolded to the era nearest to this, which should be the build time: a clock
  // that is not set yet may be more than half an era away from the server's. Without it they are unfolded
  // near the local clock.
  std::optional<WallTime> era_pivot{};

  static constexpr Dispersion kMaxRootDistance{seconds{16}};  // RFC 5905, section 7.2 (MAXDISP)
  // An exchange that is not complete after this many queries is dropped.
  static constexpr int kMostInterleavedQueries = 4;
  // The interval that a RATE imposed is halved after this many replies and this time since the last RATE or
  // halving.
  static constexpr int kAnswersToEase = 8;
  static constexpr nanoseconds kTimeToEase = std::chrono::hours{1};
  // A server that told us to stop (DENY or RSTR) is queried again this long after the last query.
  static constexpr nanoseconds kStopLasts = std::chrono::hours{24};
};

enum class Reject : std::uint8_t {
  kTooShort,
  kUnsupportedVersion,
  kBadMacLength,
  kBadExtensionField,
  kWrongAddress,
  kNotAReply,
  kDuplicate,
  kLate,
  kWrongOrigin,
  kUnexpectedMac,
  kKissRate,
  kKissDeny,
  kKissOther,
  kUnsynchronised,
  kStratumZero,
  kBadStratum,
  kZeroStamp,
  kBadTurnaround,
  kBadDelay,
  kRootDistance,
  kLoop,
  kLeapSecond,
};

// Returns true if the datagram was the server's own reply to the outstanding query, which is then done. If it
// was not, anybody may have sent it, and the true reply may still come.
constexpr bool is_final(Reject reject) {
  switch (reject) {
    case Reject::kTooShort:
    case Reject::kUnsupportedVersion:
    case Reject::kBadMacLength:
    case Reject::kBadExtensionField:
    case Reject::kWrongAddress:
    case Reject::kNotAReply:
    case Reject::kDuplicate:
    case Reject::kLate:
    case Reject::kWrongOrigin:
    case Reject::kUnexpectedMac:
      return false;
    case Reject::kKissRate:
    case Reject::kKissDeny:
    case Reject::kKissOther:
    case Reject::kUnsynchronised:
    case Reject::kStratumZero:
    case Reject::kBadStratum:
    case Reject::kZeroStamp:
    case Reject::kBadTurnaround:
    case Reject::kBadDelay:
    case Reject::kRootDistance:
    case Reject::kLoop:
    case Reject::kLeapSecond:
      return true;
  }
  return false;
}

struct RejectDescription {
  const char* name;  // one word for records: "wrong-origin"
  const char* text;  // a clause for people
};
RejectDescription describe(Reject reject);

using Query = std::array<std::uint8_t, kHeaderSize>;

struct Datagram {
  Bytes bytes;
  Endpoint from;
  WallTime received;
};

class Client {
 public:
  explicit Client(const ClientConfig& config);

  // Returns the query to send now, if one is due. `nonce` must be unpredictable; it is sent as the transmit
  // timestamp, so that an off-path attacker can neither guess our origin nor learn our time (RFC 9109; RFC
  // 8633). In interleaved mode the receive timestamp is unpredictable too.
  std::optional<Query> poll(MonoTime now, std::uint64_t nonce);
  // Takes the local time at which the query of the last poll() left; may be called again with a better
  // timestamp.
  void on_sent(WallTime t1);
  Result<Measurement, Reject> on_datagram(const Datagram& datagram, MonoTime now);

  // Sets the interval to the next query. A longer interval imposed by a server's RATE takes precedence.
  void set_interval(nanoseconds interval);

  // Returns true if the outstanding query was lost: its deadline has passed. poll() does this too.
  bool expire(MonoTime now);
  // The outstanding query is lost before its deadline, as the network has reported.
  void give_up();
  // The clock that stamps the packets was set, and no exchange may span that. The outstanding query is given
  // up without counting as lost, and repeated as soon as the rate limit allows.
  void forget_exchange();

  // Returns when to call poll() next: a query is due, or the outstanding one is lost by then.
  MonoTime next_wakeup() const;
  bool is_awaiting() const { return outstanding_.has_value(); }
  // The server told us to stop; it is queried once a day until it sends any other reply.
  bool is_stopped() const { return stopped_until_.has_value(); }
  // Returns when a server that told us to stop is queried again.
  std::optional<MonoTime> stopped_until() const { return stopped_until_; }
  nanoseconds interval() const { return interval_; }

 private:
  struct Outstanding {
    NtpTimestamp nonce;
    MonoTime deadline;
    std::optional<WallTime> t1;
  };
  // An exchange whose T3 is not known yet.
  struct Incomplete {
    WallTime t1;
    NtpTimestamp t2;
    WallTime t4;
    int queries = 0;  // number of queries that asked for its T3
  };
  enum class Answered : std::uint8_t { kNothingOfOurs, kQuery, kInterleavedQuery };

  Answered answered_by(const Header& reply) const;
  Query make_query(NtpTimestamp nonce) const;
  Result<Measurement, Reject> validate(const Packet& packet, const Datagram& datagram, MonoTime now) const;
  std::optional<Reject> find_fault(const Packet& packet, const Datagram& datagram, MonoTime now) const;
  WallTime pivot(WallTime local) const;
  Measurement measured(const Header& header, WallTime t4) const;
  nanoseconds shortest_interval() const { return longer(wanted_interval_, rate_limit_); }
  MonoTime next_query() const;
  void slow_down(MonoTime now);
  void ease_rate_limit(MonoTime now);
  void back_off();
  void wait(nanoseconds interval);
  bool drop_outstanding();

  nanoseconds interval_;
  nanoseconds wanted_interval_;
  nanoseconds rate_limit_{};       // the shortest interval that the server's RATE allows
  MonoTime rate_limit_since_{};    // when it was last changed
  int answers_to_rate_limit_ = 0;  // since then
  MonoTime next_query_;
  std::optional<MonoTime> last_query_;
  std::optional<Outstanding> outstanding_;
  // In interleaved mode: the exchange of the last valid reply, whose T3 the next one may carry.
  std::optional<Incomplete> previous_;
  // The nonces of earlier queries, to distinguish duplicates and late replies from forgeries.
  NtpTimestamp answered_;
  NtpTimestamp expired_;
  std::optional<WallTime> leap_second_;  // the end of the day for which a leap second was announced
  std::optional<MonoTime> stopped_until_;
  ClientConfig config_;
};

}  // namespace isletime
