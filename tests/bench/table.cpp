// SPDX-License-Identifier: MIT
#include "tests/bench/table.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace isletime::bench {
namespace {

Row require(Row row, std::string text, bool is_met) {
  row.required = Requirement{std::move(text), is_met};
  return row;
}

std::string format_row(const Row& row) {
  std::string text = fmt::format("{:<46} {:>10.{}f} {:>10.{}f} {:>7.2f}", row.what, row.ours, row.decimals,
                                 row.peers, row.decimals, row.ratio());
  if (row.required) {
    text += fmt::format("   {:<16} {}", row.required->text, row.required->is_met ? "met" : "NOT MET");
  }
  return text + '\n';
}

}  // namespace

Row with_ratio_at_least(double least, Row row) {
  const bool is_met = row.ratio() >= least;
  return require(std::move(row), fmt::format("ratio >= {}", least), is_met);
}

Row with_ratio_at_most(double most, Row row) {
  const bool is_met = row.ratio() <= most;
  return require(std::move(row), fmt::format("ratio <= {:.3g}", most), is_met);
}

Row with_ours_at_most(double most, Row row) {
  const bool is_met = row.ours <= most;
  return require(std::move(row), fmt::format("sntpd <= {}", most), is_met);
}

Row with_both_at_most(double most, Row row) {
  const bool is_met = std::max(row.ours, row.peers) <= most;
  return require(std::move(row), fmt::format("both <= {}", most), is_met);
}

std::string format_table(const std::vector<Row>& rows) {
  std::string text =
      fmt::format("{:<46} {:>10} {:>10} {:>7}   {}\n", "what", "sntpd", "chronyd", "ratio", "required");
  for (const Row& row : rows) text += format_row(row);
  return text;
}

bool all_met(const std::vector<Row>& rows) {
  return std::all_of(rows.begin(), rows.end(),
                     [](const Row& row) { return !row.required || row.required->is_met; });
}

}  // namespace isletime::bench
