// SPDX-License-Identifier: MIT
// The result of one valid exchange with a server (RFC 5905, section 8), and the server's system variables.
#pragma once

#include <algorithm>
#include <cstdint>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

struct Measurement {
  WallTime time;  // the reply's arrival by the local clock
  Offset offset;
  Delay delay;            // raw: may be slightly negative
  Dispersion dispersion;  // from both clocks' precision and the local clock's drift during the exchange
  Header server;
  // True if this is the previous exchange, whose reply left the server at the header's transmit timestamp
  // (RFC 9769).
  bool is_interleaved = false;
  nanoseconds turnaround{};  // T3 - T2: the server's part of the round trip, not counted in the delay
};

// Returns 2^log2_seconds rounded up, clamped to 1 ns and 1 s: other values are a sender's mistake or malice.
constexpr nanoseconds precision_of(std::int8_t log2_seconds) {
  if (log2_seconds >= 0) return seconds{1};
  const int shift = std::min(-int{log2_seconds}, 30);
  return nanoseconds{(1'000'000'000 + (1U << shift) - 1) >> shift};
}

// Returns the bound of |offset - true offset|, however the delay is split between the two directions.
constexpr nanoseconds error_bound(const Measurement& m) {
  return longer(m.delay.value, nanoseconds::zero()) / 2 + m.dispersion.value;
}

// Returns the server's root distance by its own account.
[[gnu::noinline]] constexpr nanoseconds root_distance(const Header& server) {
  return server.root_delay.to_nanoseconds() / 2 + server.root_dispersion.to_nanoseconds();
}

}  // namespace isletime
