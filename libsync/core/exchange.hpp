// SPDX-License-Identifier: MIT
// The on-wire arithmetic of RFC 5905, section 8: four timestamps give offset and delay. The offset is right
// if the two clocks are less than 68 years apart, and otherwise after unfolding; the delay is reported raw.
#pragma once

#include "libsync/core/ntp_timestamp.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

struct Exchange {
  NtpTimestamp t1;  // origin: request sent, local clock
  NtpTimestamp t2;  // receive: request arrived, remote clock
  NtpTimestamp t3;  // transmit: reply sent, remote clock
  NtpTimestamp t4;  // destination: reply arrived, local clock
};

struct OffsetAndDelay {
  Offset offset;
  Delay delay;
};

// The standard's offset is ((t2 - t1) + (t3 - t4)) / 2. This equivalent form uses the delay, and holds even
// if the two differences wrap to opposite signs, as with a clock of 1970 and a server of 2038, half an era
// apart.
constexpr OffsetAndDelay measure(const Exchange& x) {
  const nanoseconds delay = (x.t4 - x.t1) - (x.t3 - x.t2);
  return {Offset{(x.t2 - x.t1) - delay / 2}, Delay{delay}};
}

// Timestamps give an offset modulo one era, 2^32 s; this returns the one nearest to `near`. It returns the
// offset unchanged if the result would not fit into nanoseconds.
[[gnu::noinline]] constexpr Offset unfold(Offset offset, Offset near) {
  constexpr nanoseconds kEra = seconds{std::int64_t{1} << 32};
  std::int64_t nearest = offset.value.count();
  while (true) {
    const nanoseconds away = saturated_difference(near.value, nanoseconds{nearest});
    if (away >= -kEra / 2 && away < kEra / 2) return {nanoseconds{nearest}};
    const nanoseconds by = away < nanoseconds::zero() ? -kEra : kEra;
    if (__builtin_add_overflow(nearest, by.count(), &nearest)) return offset;
  }
}

}  // namespace isletime
