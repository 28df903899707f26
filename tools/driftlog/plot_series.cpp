// SPDX-License-Identifier: MIT
#include "tools/driftlog/plot_series.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "tools/driftlog/fit_report.hpp"

namespace isletime::driftlog {
namespace {

using analysis::ClockRow;
using analysis::DriftFit;
using analysis::Verdict;

// Degree seconds away from the mean, up to each of the rows: one that has no temperature is as the one
// before.
std::vector<double> warmth_of(const std::vector<ClockRow>& rows, const std::vector<FittedRow>& fitted,
                              double mean_c) {
  std::vector<double> warmth;
  double sum = 0.0;
  double degrees = 0.0;
  double last_s = rows[fitted.front().row].time_s;
  for (const FittedRow& each : fitted) {
    const ClockRow& row = rows[each.row];
    const double now = row.temperature_c ? *row.temperature_c - mean_c : degrees;
    sum += (row.time_s - last_s) * (degrees + now) / 2.0;
    degrees = now;
    last_s = row.time_s;
    warmth.push_back(sum);
  }
  return warmth;
}

std::vector<FittedRow> believed_rows(const Series& series) {
  std::vector<FittedRow> believed;
  auto outlier = series.fit.outliers.begin();
  auto step = series.fit.steps.begin();
  bool begins = true;
  for (std::size_t i = 0; i < series.record.rows.size(); ++i) {
    for (; step != series.fit.steps.end() && step->row <= i; ++step) begins = true;
    if (outlier != series.fit.outliers.end() && *outlier == i) {
      ++outlier;
      continue;
    }
    believed.push_back({i, 0.0, 0.0, begins});
    begins = false;
  }
  return believed;
}

// first, last: of a segment, whose rows have the fit without its level.
void put_through_mean(std::vector<FittedRow>::iterator first, std::vector<FittedRow>::iterator last,
                      const std::vector<ClockRow>& rows) {
  double time = 0.0;
  double level = 0.0;
  for (auto each = first; each != last; ++each) {
    time += rows[each->row].time_s;
    level += rows[each->row].offset_s - each->fitted_s;
  }
  const auto count = static_cast<double>(last - first);
  for (auto each = first; each != last; ++each) {
    each->lever_s = rows[each->row].time_s - time / count;
    each->fitted_s += level / count;
  }
}

// To two digits of how far a rate may be off.
std::string ppm_text(double rate, double half_width) {
  constexpr double kPpm = 1e6;
  constexpr double kNobodys = 1e5;  // no clock drifts by as many
  const double half_ppm = half_width * kPpm;
  if (half_ppm > kNobodys) return fmt::format("{:+.2g}", rate * kPpm);
  const int decimals =
      half_ppm > 0.0 ? std::clamp(1 - static_cast<int>(std::floor(std::log10(half_ppm))), 0, 6) : 6;
  return fmt::format("{:+.{}f}", rate * kPpm, decimals);
}

std::string verdict_text(const DriftFit& fit) {
  const double half = (fit.interval.high - fit.interval.low) / 2.0;
  const std::string interval =
      fmt::format("{} to {}", ppm_text(fit.interval.low, half), ppm_text(fit.interval.high, half));
  const std::string longer = fit.run_for_s ? "; run for " + length_text(*fit.run_for_s) : "";
  switch (fit.verdict) {
    case Verdict::kConclusive:
      return fmt::format("{} ppm ({})", ppm_text(fit.rate, half), interval);
    case Verdict::kTooFewRows:
      return "too few rows to conclude" + longer;
    case Verdict::kTooShort:
      return fmt::format("too little to conclude: {} ppm{}", interval, longer);
    case Verdict::kWanders:
      return fmt::format("wanders too much to conclude: {} ppm", interval);
  }
  return "";
}

}  // namespace

std::vector<FittedRow> fitted_rows(const Series& series) {
  const DriftFit& fit = series.fit;
  if (fit.verdict == Verdict::kTooFewRows) return {};
  const auto& rows = series.record.rows;
  auto fitted = believed_rows(series);
  for (FittedRow& each : fitted) each.fitted_s = fit.rate * rows[each.row].time_s;
  if (fit.temperature) {
    const auto warmth = warmth_of(rows, fitted, fit.temperature->mean_c);
    for (std::size_t i = 0; i < fitted.size(); ++i)
      fitted[i].fitted_s += fit.temperature->per_degree * warmth[i];
  }
  for (auto first = fitted.begin(); first != fitted.end();) {
    const auto last =
        std::find_if(first + 1, fitted.end(), [](const FittedRow& each) { return each.begins; });
    put_through_mean(first, last, rows);
    first = last;
  }
  return fitted;
}

std::vector<Event> events_of(const Series& series) {
  const auto& rows = series.record.rows;
  std::vector<Event> events;
  for (const auto& step : series.fit.steps) {
    if (!rows[step.row].is_marked) events.push_back({rows[step.row].time_s, false});
  }
  for (const ClockRow& row : rows) {
    if (row.is_marked) events.push_back({row.time_s, true});
  }
  return events;
}

std::string title_of(const Series& series) {
  return series.name + "   " + verdict_text(series.fit);
}

}  // namespace isletime::driftlog
