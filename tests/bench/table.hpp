// SPDX-License-Identifier: MIT
// The result: one row per measurement with both servers' figures, and whether all requirements hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace isletime::bench {

struct Requirement {
  std::string text;
  bool is_met = false;
};

struct Row {
  std::string what;
  double ours = 0;
  double peers = 0;
  int decimals = 0;
  std::optional<Requirement> required;

  double ratio() const { return ours / peers; }
};

Row with_ratio_at_least(double least, Row row);
Row with_ratio_at_most(double most, Row row);
Row with_ours_at_most(double most, Row row);
Row with_both_at_most(double most, Row row);

std::string format_table(const std::vector<Row>& rows);
bool all_met(const std::vector<Row>& rows);

}  // namespace isletime::bench
