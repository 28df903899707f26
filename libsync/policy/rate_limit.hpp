// SPDX-License-Identifier: MIT
// How often a client is answered: at first a burst, then at an even pace (a bucket of tokens). Who asks
// more is limited, never banned: addresses can be forged, and what somebody uses up in a victim's name
// must not silence the victim. So some requests beyond the limit are answered all the same, and a few are
// told to slow down (RFC 5905, section 7.4: RATE); all others get nothing. Which, is left to chance: who
// could count out when a RATE is due could send requests in a victim's name until the next one is the
// victim's.
#pragma once

#include <algorithm>
#include <cstdint>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

// Holds `kBurst` tokens at most, and gets one every `kInterval`.
template <class Pace>
class TokenBucket {
 public:
  constexpr bool has_token(MonoTime now) {
    const nanoseconds since = std::clamp(elapsed(last_, now), nanoseconds::zero(), nanoseconds{owed_});
    owed_ -= Owed{static_cast<std::uint32_t>(since.count())};
    last_ = std::max(last_, now);
    return owed_ <= (Pace::kBurst - 1) * Pace::kInterval;
  }
  // False: there is none.
  constexpr bool take(MonoTime now) {
    if (!has_token(now)) return false;
    owed_ += Owed{static_cast<std::uint32_t>(Pace::kInterval.count())};
    return true;
  }

 private:
  using Owed = std::chrono::duration<std::uint32_t, std::nano>;  // small, as there are many of these
  static_assert(Pace::kBurst * Pace::kInterval <= nanoseconds{Owed::max()});

  MonoTime last_{};
  Owed owed_{};
};

enum class Allowance : std::uint8_t {
  kWithin,
  kSpared,  // beyond the limit, and to be answered all the same
  kKiss,
  kNothing,
};

class RateLimit {
 public:
  static constexpr int kBurst = 64;
  static constexpr nanoseconds kInterval = nanoseconds{seconds{1}} / 16;
  static constexpr std::uint32_t kSparedOneOf = 4;
  static constexpr std::uint32_t kKissedOneOf = 32;
  static constexpr std::int8_t kKissPoll = 6;  // log2 seconds: what a RATE asks for, well within the limit

  // `random`: such that nobody can tell which of his requests will be answered, and how.
  constexpr Allowance judge(MonoTime now, std::uint32_t random) {
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

// How many MACs are checked in vain: those that are wrong, and those of whoever is beyond the limit. A check
// costs a fraction of what receiving the packet costs, so that this is no limit to whoever signs rightly; it
// only keeps a flood of made-up MACs from taking more of a slow processor than the packets do by themselves.
struct VainCheckPace {
  static constexpr int kBurst = 4096;
  static constexpr nanoseconds kInterval = nanoseconds{seconds{1}} / 16'384;
};
using VainChecks = TokenBucket<VainCheckPace>;

// Who shares one limit: an IPv4 address; an IPv6 network of 64 bits, in which a host has as many
// addresses as it likes, but on the link, where that would be all hosts, each address.
constexpr IpAddress limited_as(IpAddress client) {
  if (client.is_v4() || client.is_link_local_v6() || client.is_loopback()) return client;
  return {client.high, 0};
}

}  // namespace isletime
