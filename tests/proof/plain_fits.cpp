// SPDX-License-Identifier: MIT
#include "tests/proof/plain_fits.hpp"

#include <algorithm>
#include <cmath>

namespace isletime::proof {
namespace {

constexpr double kNormal95 = 1.959964;

struct Line {
  double rate;
  double spread;                  // the sum of squared distances from the mean time
  std::vector<double> distances;  // of the times from their mean
  std::vector<double> residuals;
};

Line line_through(const std::vector<FieldRow>& rows) {
  const auto count = static_cast<double>(rows.size());
  double time = 0.0;
  double offset = 0.0;
  for (const FieldRow& row : rows) {
    time += row.time_s / count;
    offset += row.offset_s / count;
  }
  Line line{0.0, 0.0, {}, {}};
  for (const FieldRow& row : rows) {
    line.distances.push_back(row.time_s - time);
    line.spread += (row.time_s - time) * (row.time_s - time);
    line.rate += (row.time_s - time) * (row.offset_s - offset);
  }
  line.rate /= line.spread;
  for (const FieldRow& row : rows)
    line.residuals.push_back(row.offset_s - offset - line.rate * (row.time_s - time));
  return line;
}

}  // namespace

PlainFit least_squares(const std::vector<FieldRow>& rows) {
  const Line line = line_through(rows);
  double squares = 0.0;
  for (const double residual : line.residuals) squares += residual * residual;
  const double variance = squares / static_cast<double>(rows.size() - 2);
  return {line.rate, kNormal95 * std::sqrt(variance / line.spread)};
}

PlainFit newey_west(const std::vector<FieldRow>& rows) {
  const Line line = line_through(rows);
  const auto count = static_cast<double>(rows.size());
  const auto lags = static_cast<std::size_t>(4.0 * std::pow(count / 100.0, 2.0 / 9.0));
  double sum = 0.0;
  for (std::size_t lag = 0; lag <= lags; ++lag) {
    double covariance = 0.0;
    for (std::size_t i = lag; i < rows.size(); ++i)
      covariance += line.distances[i] * line.residuals[i] * line.distances[i - lag] * line.residuals[i - lag];
    const double weight = 1.0 - static_cast<double>(lag) / static_cast<double>(lags + 1);
    sum += (lag == 0 ? 1.0 : 2.0 * weight) * covariance;
  }
  return {line.rate, kNormal95 * std::sqrt(std::max(0.0, sum)) / line.spread};
}

PlainFit theil_sen(const std::vector<FieldRow>& rows) {
  constexpr std::size_t kMostRows = 300;
  const std::size_t stride = 1 + rows.size() / kMostRows;
  std::vector<FieldRow> some;
  for (std::size_t i = 0; i < rows.size(); i += stride) some.push_back(rows[i]);
  std::vector<double> slopes;
  for (std::size_t i = 0; i < some.size(); ++i) {
    for (std::size_t k = i + 1; k < some.size(); ++k) {
      if (some[k].time_s > some[i].time_s)
        slopes.push_back((some[k].offset_s - some[i].offset_s) / (some[k].time_s - some[i].time_s));
    }
  }
  std::sort(slopes.begin(), slopes.end());
  const auto n = static_cast<double>(some.size());
  const double deviation = std::sqrt(n * (n - 1.0) * (2.0 * n + 5.0) / 18.0);
  const auto count = static_cast<double>(slopes.size());
  const auto at = [&](double index) {
    return slopes[static_cast<std::size_t>(std::clamp(index, 0.0, count - 1.0))];
  };
  return {at(count / 2.0),
          (at((count + kNormal95 * deviation) / 2.0) - at((count - kNormal95 * deviation) / 2.0)) / 2.0};
}

}  // namespace isletime::proof
