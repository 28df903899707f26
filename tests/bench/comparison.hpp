// SPDX-License-Identifier: MIT
// All that is measured of the two servers, in turns: whatever else the machine does comes and goes,
// and meets both alike. Each figure is the median of its rounds.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/server.hpp"
#include "tests/bench/table.hpp"

namespace isletime::bench {

struct Comparison {
  std::vector<Row> rows;
  std::vector<std::string> doubts;  // why a figure is not what it is called; one line each
};

// `core`: where both servers run, and nothing else.
Comparison compare(const Server& ours, const Server& peers, unsigned core);

}  // namespace isletime::bench
