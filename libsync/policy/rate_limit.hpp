// SPDX-License-Identifier: MIT
// How often a client is answered: at first a burst, then at an even pace (a bucket of tokens). A client that
// asks more is limited, never banned: addresses can be forged, and requests in a victim's name must not
// silence the victim. So some requests beyond the limit are answered all the same, at random, and a few are
// told to slow down (RFC 5905, section 7.4: RATE); all others get nothing.
#pragma once

#include <algorithm>
#include <cstdint>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

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

  // `random` is such that nobody can tell which requests will be answered.
  constexpr Allowance judge(MonoTime now, std::uint32_t random) {
    const nanoseconds since = std::clamp(elapsed(last_, now), nanoseconds::zero(), nanoseconds{owed_});
    owed_ -= Owed{static_cast<std::uint32_t>(since.count())};
    last_ = std::max(last_, now);
    if (owed_ <= (kBurst - 1) * kInterval) {
      owed_ += Owed{static_cast<std::uint32_t>(kInterval.count())};
      return Allowance::kWithin;
    }
    if (beyond_++ % kKissedOneOf == 0) return Allowance::kKiss;
    return random % kSparedOneOf == 0 ? Allowance::kSpared : Allowance::kNothing;
  }

 private:
  using Owed = std::chrono::duration<std::uint32_t, std::nano>;  // small, as there are many of these
  static_assert(kBurst * kInterval <= nanoseconds{Owed::max()});

  MonoTime last_{};
  Owed owed_{};
  std::uint32_t beyond_ = 0;
};

// The address that a limit is for: an IPv4 address; an IPv6 network of 64 bits, in which a host has as many
// addresses as it likes, but on the link, where that would be all hosts, each address.
constexpr IpAddress limited_as(IpAddress client) {
  if (client.is_v4() || client.is_link_local_v6() || client.is_loopback()) return client;
  return {client.high, 0};
}

}  // namespace isletime
