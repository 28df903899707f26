// SPDX-License-Identifier: MIT
// All that is measured of the two servers, in turns: whatever else the machine does comes and goes,
// and meets both alike. Each figure is the median of its rounds.
#pragma once

#include <string>
#include <vector>

#include "libsync/posix/mac.hpp"
#include "tests/bench/server.hpp"
#include "tests/bench/table.hpp"

namespace isletime::bench {

struct Comparison {
  std::vector<Row> rows;
  std::vector<std::string> doubts;  // why a figure is not what it is called; one line each
};

struct Servers {
  Server ours;
  Server peers;
  Server ours_with_two_workers;
  unsigned core;   // where the first two run, and nothing else
  const Key& key;  // that they know
};

Comparison compare(const Servers& servers);

}  // namespace isletime::bench
