// SPDX-License-Identifier: MIT
// The on-wire arithmetic of RFC 5905, section 8: four stamps give offset and delay.
// The offset is right while the two clocks are less than 68 years apart, and otherwise once it is unfolded;
// the delay is reported raw.
#pragma once

#include "libsync/core/ntp_timestamp.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

struct Exchange {
  NtpTimestamp t1;  // origin: request sent, by the local clock
  NtpTimestamp t2;  // receive: request arrived, by the remote clock
  NtpTimestamp t3;  // transmit: reply sent, by the remote clock
  NtpTimestamp t4;  // destination: reply arrived, by the local clock
};

struct OffsetAndDelay {
  Offset offset;
  Delay delay;
};

// The standard's offset is ((t2 - t1) + (t3 - t4)) / 2. Written by the delay it is the same, and holds where
// the two differences wrap to opposite signs: by a clock of 1970 and a server of 2038, half an era apart.
constexpr OffsetAndDelay measure(const Exchange& x) {
  const nanoseconds delay = (x.t4 - x.t1) - (x.t3 - x.t2);
  return {Offset{(x.t2 - x.t1) - delay / 2}, Delay{delay}};
}

// Stamps give an offset modulo one era, 2^32 s: this is the offset nearest to `near`. It is unchanged where
// nanoseconds cannot count it.
constexpr Offset unfold(Offset offset, Offset near) {
  // In whole seconds, for the difference may be too large in nanoseconds.
  const auto from = std::chrono::floor<seconds>(offset.value).count();
  const auto to = std::chrono::floor<seconds>(near.value).count();
  const std::int64_t eras = (to - from + (std::int64_t{1} << 31)) >> 32;
  constexpr nanoseconds kEra = seconds{std::int64_t{1} << 32};
  constexpr std::int64_t kMostEras = nanoseconds::max() / kEra;
  if (eras < -kMostEras || eras > kMostEras) return offset;
  std::int64_t sum = 0;
  const bool overflows = __builtin_add_overflow(offset.value.count(), (eras * kEra).count(), &sum);
  return overflows ? offset : Offset{nanoseconds{sum}};
}

}  // namespace isletime
