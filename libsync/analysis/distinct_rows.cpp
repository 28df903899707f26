// SPDX-License-Identifier: MIT
#include "libsync/analysis/distinct_rows.hpp"

#include <algorithm>
#include <cmath>

#include "libsync/analysis/order_statistics.hpp"

namespace isletime::analysis {
namespace {

// Keeps the rows that `is_kept` selects. The mark of a row that is left out moves to the next one kept.
template <class Kept>
DistinctRows filtered(std::span<const ClockRow> rows, const std::vector<std::size_t>* numbers, Kept is_kept) {
  DistinctRows result;
  bool is_marked = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    is_marked |= rows[i].is_marked;
    if (!is_kept(i)) continue;
    result.rows.push_back(rows[i]);
    result.rows.back().is_marked = is_marked;
    result.numbers.push_back(numbers == nullptr ? i : (*numbers)[i]);
    is_marked = false;
  }
  return result;
}

}  // namespace

DistinctRows without_repeats(std::span<const ClockRow> rows) {
  std::size_t first = 0;  // of those at this time
  return filtered(rows, nullptr, [&](std::size_t row) {
    if (rows[row].time_s != rows[first].time_s) first = row;
    // Many rows may have the same time; comparing with the last of them keeps this fast.
    constexpr std::size_t kMostSeen = 100;
    const std::size_t from = std::max(first, row - std::min(row, kMostSeen));
    return std::none_of(rows.begin() + static_cast<std::ptrdiff_t>(from),
                        rows.begin() + static_cast<std::ptrdiff_t>(row),
                        [&](const ClockRow& other) { return other.offset_s == rows[row].offset_s; });
  });
}

bool has_held_offsets(const DistinctRows& record) {
  // Noise of two units of the last digit repeats one reading in seven.
  constexpr double kLeastShare = 0.2;
  constexpr double kLeastDigits = 2.5;
  std::vector<double> changes;
  for (std::size_t i = 1; i < record.rows.size(); ++i) {
    const double change = std::abs(record.rows[i].offset_s - record.rows[i - 1].offset_s);
    if (change > 0.0) changes.push_back(change);
  }
  const auto pairs = static_cast<double>(record.rows.size()) - 1.0;
  if (changes.empty() || static_cast<double>(changes.size()) > (1.0 - kLeastShare) * pairs) return false;
  const double digit = *std::min_element(changes.begin(), changes.end());
  return median(std::move(changes)) > kLeastDigits * digit;
}

DistinctRows without_held(const DistinctRows& record) {
  return filtered(record.rows, &record.numbers, [&](std::size_t row) {
    return row == 0 || record.rows[row].is_marked ||
           record.rows[row].offset_s != record.rows[row - 1].offset_s;
  });
}

}  // namespace isletime::analysis
