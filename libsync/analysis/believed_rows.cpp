// SPDX-License-Identifier: MIT
#include "libsync/analysis/believed_rows.hpp"

namespace isletime::analysis {

Believed believed_rows(std::span<const ClockRow> rows, const std::vector<std::size_t>& outliers,
                       const std::vector<Step>& steps) {
  Believed result;
  auto outlier = outliers.begin();
  auto step = steps.begin();
  bool begins = true;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (; step != steps.end() && step->row <= i; ++step) begins = true;
    if (outlier != outliers.end() && *outlier == i) {
      ++outlier;
      continue;
    }
    result.rows.push_back(rows[i]);
    result.numbers.push_back(i);
    result.begins.push_back(begins);
    begins = false;
  }
  return result;
}

void integrate_temperature(Believed& record, double mean_c) {
  double sum = 0.0;
  double degrees = 0.0;
  double last_s = record.rows.front().time_s;
  for (const ClockRow& row : record.rows) {
    const double now = row.temperature_c ? *row.temperature_c - mean_c : degrees;
    sum += (row.time_s - last_s) * (degrees + now) / 2.0;
    degrees = now;
    last_s = row.time_s;
    record.degree_seconds.push_back(sum);
  }
}

}  // namespace isletime::analysis
