// SPDX-License-Identifier: MIT
#include "libsync/analysis/believed_rows.hpp"

#include <algorithm>

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

namespace {

// Integrates values over time up to each row, by the trapezoidal rule.
std::vector<double> integral(const std::vector<ClockRow>& rows, const std::vector<double>& values) {
  std::vector<double> sums{0.0};
  for (std::size_t i = 1; i < rows.size(); ++i)
    sums.push_back(sums.back() + (rows[i].time_s - rows[i - 1].time_s) * (values[i - 1] + values[i]) / 2.0);
  return sums;
}

// Subtracts the mean over time from the values, integrates them into `sums`, and returns the mean.
double centre(const std::vector<ClockRow>& rows, std::vector<double>& values, std::vector<double>& sums) {
  const double mean = integral(rows, values).back() / (rows.back().time_s - rows.front().time_s);
  for (double& value : values) value -= mean;
  sums = integral(rows, values);
  return mean;
}

}  // namespace

double integrate_temperature(Believed& record) {
  const auto first = std::find_if(record.rows.begin(), record.rows.end(),
                                  [](const ClockRow& row) { return row.temperature_c.has_value(); });
  double degrees = first->temperature_c.value_or(0.0);
  record.degrees.clear();
  for (const ClockRow& row : record.rows) {
    degrees = row.temperature_c.value_or(degrees);
    record.degrees.push_back(degrees);
  }
  const double mean_c = centre(record.rows, record.degrees, record.degree_seconds);
  record.squares.clear();
  for (const double above : record.degrees) record.squares.push_back(above * above);
  centre(record.rows, record.squares, record.square_seconds);
  return mean_c;
}

}  // namespace isletime::analysis
