// SPDX-License-Identifier: MIT
// The on-wire arithmetic of RFC 5905, section 8: four stamps give offset and delay.
// Right while the two clocks are less than 68 years apart; the delay is reported raw.
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

constexpr OffsetAndDelay measure(const Exchange& x) {
  return {Offset{((x.t2 - x.t1) + (x.t3 - x.t4)) / 2}, Delay{(x.t4 - x.t1) - (x.t3 - x.t2)}};
}

}  // namespace isletime
