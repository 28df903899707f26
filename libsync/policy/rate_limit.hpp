// SPDX-License-Identifier: MIT
// How often a client gets replies: first a burst, then a steady rate (a token bucket). A client that asks
// more often is limited but never banned: addresses can be forged, and a flood in a victim's name must not
// silence the victim. So some requests beyond the limit still get a reply, a few get a RATE kiss (RFC 5905,
// section 7.4), and the others get nothing. The choice is random: an attacker who could predict a RATE could
// send requests in a victim's name so that the victim's next one draws it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

// Holds at most `kBurst` tokens, and gains one every `kInterval`.
template <class Pace>
class TokenBucket {
 public:
  constexpr bool has_token(MonoTime now) {
    const nanoseconds since = std::clamp(elapsed(last_, now), nanoseconds::zero(), nanoseconds{owed_});
    owed_ -= Owed{static_cast<std::uint32_t>(since.count())};
    last_ = std::max(last_, now);
    return owed_ <= (Pace::kBurst - 1) * Pace::kInterval;
  }
  // Returns false if there is no token.
  constexpr bool take(MonoTime now) {
    if (!has_token(now)) return false;
    owed_ += Owed{static_cast<std::uint32_t>(Pace::kInterval.count())};
    return true;
  }

 private:
  using Owed = std::chrono::duration<std::uint32_t, std::nano>;  // small, because there are many buckets
  static_assert(Pace::kBurst * Pace::kInterval <= nanoseconds{Owed::max()});

  MonoTime last_{};
  Owed owed_{};
};

enum class Allowance : std::uint8_t {
  kWithin,
  kSpared,  // beyond the limit, but to be answered all the same
  kKiss,
  kNothing,
};

class RateLimit {
 public:
  static constexpr int kBurst = 64;
  static constexpr nanoseconds kInterval = nanoseconds{seconds{1}} / 16;
  static constexpr std::uint32_t kSparedOneOf = 4;
  static constexpr std::uint32_t kKissedOneOf = 32;
  static constexpr std::int8_t kKissPoll = 6;  // log2 seconds: the poll in a RATE, well within the limit

  // `random` must be unpredictable, so that no client knows which requests get a reply.
  constexpr Allowance admit(MonoTime now, std::uint32_t random) {
    if (bucket_.take(now)) return Allowance::kWithin;
    if (random % kKissedOneOf == 0) return Allowance::kKiss;
    return random / kKissedOneOf % kSparedOneOf == 0 ? Allowance::kSpared : Allowance::kNothing;
  }

 private:
  struct Pace {
    static constexpr int kBurst = RateLimit::kBurst;
    static constexpr nanoseconds kInterval = RateLimit::kInterval;
  };

  TokenBucket<Pace> bucket_;
};

// Limits how many MACs are checked in vain: wrong ones, and those of clients beyond the limit. A check costs
// only a fraction of receiving the packet, so this does not limit clients that sign correctly; it only keeps
// a flood of forged MACs from using more of a slow processor than the packets alone do.
struct VainCheckPace {
  static constexpr int kBurst = 4096;
  static constexpr nanoseconds kInterval = nanoseconds{seconds{1}} / 16'384;
};
using VainChecks = TokenBucket<VainCheckPace>;

// Returns the address that stands for all that share a limit: an IPv4 address by itself; an IPv6 network of
// 64 bits, because a host can use any of its addresses. Link-local addresses are limited individually, since
// that network contains all hosts of the link.
constexpr IpAddress limited_as(IpAddress client) {
  if (client.is_v4() || client.is_link_local_v6() || client.is_loopback()) return client;
  return {client.high, 0};
}

}  // namespace isletime
