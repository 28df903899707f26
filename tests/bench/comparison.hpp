// SPDX-License-Identifier: MIT
// All measurements of the two servers, made in turns so that other load on the machine affects both alike.
// Each figure is the median of its rounds.
#pragma once

#include <string>
#include <vector>

#include "libsync/posix/mac.hpp"
#include "tests/bench/server.hpp"
#include "tests/bench/table.hpp"

namespace isletime::bench {

struct Comparison {
  std::vector<Row> rows;
  std::vector<std::string> doubts;  // reasons to doubt a figure, one line each
};

struct Servers {
  Server ours;
  Server peers;
  Server ours_with_two_workers;
  unsigned core;   // on which only the first two run
  const Key& key;  // which both servers have
};

Comparison compare(const Servers& servers);

}  // namespace isletime::bench
