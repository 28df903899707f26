// SPDX-License-Identifier: MIT
// The errors of a server's timestamps. On one machine the server's clock is also the client's, so any
// measured offset is an error of the timestamps. The client's own are the kernel's, in both directions.
#pragma once

#include <cstdint>

#include "libsync/core/time_types.hpp"
#include "tests/bench/server.hpp"

namespace isletime::bench {

struct Pace {
  std::uint32_t requests_per_second;
  std::uint32_t burst;         // requests per burst, at most LoadSocket::kLongestBurst
  std::uint32_t sample_every;  // every so many bursts, a measured exchange replaces one
};

struct StampErrors {
  double median_ns = 0;  // of |offset|
  double p99_ns = 0;
  double requests_per_second = 0;  // actually sent
  double replies_per_second = 0;   // to requests that were not measured
};

StampErrors measure_stamps(const Server& server, const Pace& pace, nanoseconds duration);

}  // namespace isletime::bench
