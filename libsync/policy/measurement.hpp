// SPDX-License-Identifier: MIT
// The result of one valid exchange with a server (RFC 5905, section 8), with the server's account of itself.
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
  Dispersion dispersion;  // from both clocks' precision, and from the local clock's rate meanwhile
  Header server;
  // The measurement is of the previous exchange, whose reply left the server at the header's transmit stamp
  // (RFC 9769).
  bool is_interleaved = false;
  nanoseconds turnaround{};  // T3 - T2: the server's part of the round trip, which is no part of the delay
};

// 2^log2_seconds rounded up, within 1 ns and 1 s: other values are a sender's mistake or malice.
constexpr nanoseconds precision_of(std::int8_t log2_seconds) {
  if (log2_seconds >= 0) return seconds{1};
  const int shift = std::min(-int{log2_seconds}, 30);
  return nanoseconds{(1'000'000'000 + (std::int64_t{1} << shift) - 1) >> shift};
}

// The bound of |offset - true offset|, however the delay was split between the two ways.
constexpr nanoseconds error_bound(const Measurement& m) {
  return std::max(m.delay.value, nanoseconds::zero()) / 2 + m.dispersion.value;
}

// How far the server's clock may be from its primary reference, by its own account.
constexpr nanoseconds root_distance(const Header& server) {
  return server.root_delay.to_nanoseconds() / 2 + server.root_dispersion.to_nanoseconds();
}

}  // namespace isletime
