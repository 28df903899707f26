// SPDX-License-Identifier: MIT
// The server's system variables (RFC 5905, section 11.1) at an instant, as in every packet that it sends,
// reply or broadcast.
#pragma once

#include "libsync/core/ntp_packet.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

// The caller fills in version, mode, poll and the other three timestamps.
constexpr Header describe(const ServerState& state, WallTime now) {
  Header header;
  header.precision = state.precision;
  if (!is_synchronised(state, now)) {
    header.leap = Leap::kUnsynchronised;
    header.root_dispersion = ShortTime::round_up(kMaxDispersion.value);
    return header;
  }
  header.leap = state.leap;
  header.stratum = state.stratum;
  header.root_delay = ShortTime::round_up(state.root_delay.value);
  header.root_dispersion = ShortTime::round_up(root_dispersion_at(state, now).value);
  header.reference_id = state.reference_id;
  // The reference timestamp is never later than the packet's others, which clients would reject (RFC 5905,
  // A.5.1.1).
  header.reference = to_ntp(std::min(state.reference_time, now));
  return header;
}

}  // namespace isletime
