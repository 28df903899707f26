// SPDX-License-Identifier: MIT
// The errors of a server's stamps: on one machine its clock is the client's, so that any offset that an
// exchange shows is the error of stamps. The client's own stamps are the kernel's, in both directions.
#pragma once

#include <cstdint>

#include "libsync/core/time_types.hpp"
#include "tests/bench/server.hpp"

namespace isletime::bench {

struct Pace {
  std::uint32_t requests_per_second;
  std::uint32_t burst;         // as many at once, LoadSocket::kLongestBurst at most
  std::uint32_t sample_every;  // one burst in so many is replaced by an exchange that is measured
};

struct StampErrors {
  double median_ns = 0;  // of |offset|
  double p99_ns = 0;
  double requests_per_second = 0;  // requests that were really sent
  double replies_per_second = 0;   // replies to requests that were not measured
};

StampErrors measure_stamps(const Server& server, const Pace& pace, nanoseconds duration);

}  // namespace isletime::bench
