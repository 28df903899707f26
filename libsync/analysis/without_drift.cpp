// SPDX-License-Identifier: MIT
#include "libsync/analysis/without_drift.hpp"

#include <algorithm>
#include <utility>

#include "libsync/analysis/believed_rows.hpp"
#include "libsync/analysis/order_statistics.hpp"

namespace isletime::analysis {
namespace {

// The rate between rows that are a few apart: a few faults cannot move it.
double usual_slope(std::span<const ClockRow> rows) {
  constexpr std::size_t kMostSlopes = 1000;
  const std::size_t apart = std::clamp<std::size_t>(rows.size() / 8, 1, 16);
  std::vector<double> slopes;
  const std::size_t stride = 1 + rows.size() / kMostSlopes;
  slopes.reserve(rows.size() / stride + 1);
  for (std::size_t i = apart; i < rows.size(); i += stride) {
    const double span = rows[i].time_s - rows[i - apart].time_s;
    if (span > 0.0) slopes.push_back((rows[i].offset_s - rows[i - apart].offset_s) / span);
  }
  return slopes.empty() ? 0.0 : median(std::move(slopes));
}

// Removes the drift at each stretch's own rate: from middle to middle of two stretches one rate goes over
// into the next.
std::vector<double> flattened(std::span<const ClockRow> rows, std::size_t stretch) {
  const std::size_t stretches = std::max<std::size_t>(1, rows.size() / stretch);
  const auto begin_of = [&](std::size_t k) { return k * rows.size() / stretches; };
  std::vector<double> middles;
  std::vector<double> slopes;
  for (std::size_t k = 0; k < stretches; ++k) {
    const auto part = rows.subspan(begin_of(k), begin_of(k + 1) - begin_of(k));
    middles.push_back((part.front().time_s + part.back().time_s) / 2.0);
    slopes.push_back(usual_slope(part));
  }
  std::vector<double> flat;
  flat.reserve(rows.size());
  double drifted = 0.0;
  double last = rows.empty() ? 0.0 : rows.front().time_s;
  std::size_t next = 0;
  const auto slope_at = [&](double time) {
    while (next < stretches && middles[next] <= time) ++next;
    if (stretches == 1) return slopes.front();
    // Before the first middle and behind the last, the rate goes on changing as it did.
    const std::size_t to = std::clamp<std::size_t>(next, 1, stretches - 1);
    const double into = (time - middles[to - 1]) / (middles[to] - middles[to - 1]);
    return slopes[to - 1] + into * (slopes[to] - slopes[to - 1]);
  };
  for (const ClockRow& row : rows) {
    drifted += slope_at((last + row.time_s) / 2.0) * (row.time_s - last);
    last = row.time_s;
    flat.push_back(row.offset_s - drifted);
  }
  return flat;
}

// The usual difference of rows that are a few apart.
double roughness(const std::vector<double>& flat) {
  constexpr std::size_t kBeside = 4;
  std::vector<double> bends;
  for (std::size_t i = kBeside; i < flat.size(); ++i) bends.push_back(flat[i] - flat[i - kBeside]);
  return spread_about_zero(std::move(bends));
}

// The effect of the temperature on the rate: how much faster the clock runs in the warmer third of the record
// than in the colder one. 0: the temperatures hardly differ.
double usual_per_degree(const std::vector<ClockRow>& rows) {
  constexpr std::size_t kApart = 1;
  constexpr double kLeastDegrees = 0.5;
  constexpr std::size_t kFewestOfThird = 8;
  std::vector<std::pair<double, double>> slopes;  // by temperature
  for (std::size_t i = kApart; i < rows.size(); ++i) {
    const ClockRow& first = rows[i - kApart];
    const double span = rows[i].time_s - first.time_s;
    if (span <= 0.0 || !first.temperature_c || !rows[i].temperature_c) continue;
    slopes.emplace_back((*first.temperature_c + *rows[i].temperature_c) / 2.0,
                        (rows[i].offset_s - first.offset_s) / span);
  }
  const std::size_t third = slopes.size() / 3;
  if (third < kFewestOfThird) return 0.0;
  std::sort(slopes.begin(), slopes.end());
  const auto medians = [&](std::size_t from) {
    std::vector<double> degrees;
    std::vector<double> rates;
    for (std::size_t i = from; i < from + third; ++i) {
      degrees.push_back(slopes[i].first);
      rates.push_back(slopes[i].second);
    }
    return std::pair{median(std::move(degrees)), median(std::move(rates))};
  };
  const auto cold = medians(0);
  const auto warm = medians(slopes.size() - third);
  const double degrees = warm.first - cold.first;
  return degrees < kLeastDegrees ? 0.0 : (warm.second - cold.second) / degrees;
}

std::vector<ClockRow> without_temperature(std::span<const ClockRow> rows) {
  Believed record = believed_rows(rows, {}, {});
  const double per_degree = usual_per_degree(record.rows);
  if (rows.back().time_s > rows.front().time_s) integrate_temperature(record);
  record.degree_seconds.resize(rows.size());
  for (std::size_t i = 0; i < record.rows.size(); ++i)
    record.rows[i].offset_s -= per_degree * record.degree_seconds[i];
  return std::move(record.rows);
}

}  // namespace

std::vector<double> without_drift(std::span<const ClockRow> rows) {
  constexpr std::size_t kShortest = 12;
  // A shorter stretch takes noise for drift: that alone makes the offsets smoother by a few parts in a
  // hundred.
  constexpr double kClear = 0.9;
  std::vector<double> best = flattened(rows, std::max<std::size_t>(rows.size(), 1));
  if (rows.size() < 2 * kShortest) return best;
  double least = roughness(best);
  // A clock of one rate is best seen over the whole record; one that wanders, over as much of it as it keeps
  // to one.
  const auto try_stretches = [&](std::span<const ClockRow> of) {
    for (std::size_t stretch = of.size(); stretch >= kShortest; stretch /= 3) {
      auto flat = flattened(of, stretch);
      const double rough = roughness(flat);
      if (rough >= kClear * least) continue;
      least = rough;
      best = std::move(flat);
    }
  };
  try_stretches(rows);
  if (rows.front().temperature_c) try_stretches(without_temperature(rows));
  return best;
}

}  // namespace isletime::analysis
