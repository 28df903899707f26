// SPDX-License-Identifier: MIT
#include "tools/driftlog/plot_series.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libsync/analysis/believed_rows.hpp"
#include "tools/driftlog/fit_report.hpp"

namespace isletime::driftlog {
namespace {

using analysis::ClockRow;
using analysis::DriftFit;
using analysis::FitVerdict;

// Puts the fit of a segment through the weighted mean of its rows, which weigh as in the fit. `first` and
// `last` delimit the segment, whose rows have the fit without its level.
void put_through_mean(std::vector<FittedRow>::iterator first, std::vector<FittedRow>::iterator last,
                      const std::vector<ClockRow>& rows, const analysis::NoiseLaw& law) {
  double time = 0.0;
  double level = 0.0;
  double weights = 0.0;
  for (auto each = first; each != last; ++each) {
    const double deviation = law.deviation(rows[each->row]);
    const double weight = 1.0 / (deviation * deviation);
    weights += weight;
    time += weight * rows[each->row].time_s;
    level += weight * (rows[each->row].offset_s - each->fitted_s);
  }
  for (auto each = first; each != last; ++each) {
    each->lever_s = rows[each->row].time_s - time / weights;
    each->fitted_s += level / weights;
  }
}

std::string verdict_text(const DriftFit& fit) {
  const double half = (fit.interval.high - fit.interval.low) / 2.0;
  const std::string interval =
      fmt::format("{} to {}", ppm_text(fit.interval.low, half), ppm_text(fit.interval.high, half));
  const std::string longer = fit.run_for_s ? "; run for " + length_text(*fit.run_for_s) : "";
  switch (fit.verdict) {
    case FitVerdict::kConclusive:
      return fmt::format("{} ppm ({})", ppm_text(fit.rate, half), interval);
    case FitVerdict::kTooFewRows:
      return "too few rows to conclude" + longer;
    case FitVerdict::kTooShort:
      return fmt::format("too little to conclude: {} ppm{}", interval, longer);
    case FitVerdict::kWanders:
      return fmt::format("wanders too much to conclude: {} ppm", interval);
    case FitVerdict::kManySteps:
      return "too many steps to conclude";
    case FitVerdict::kNoNoise:
      return fmt::format("a line of {} ppm without any noise: no conclusion", ppm_text(fit.rate, 0.0));
  }
  return "";
}

}  // namespace

std::vector<FittedRow> fitted_rows(const Series& series) {
  const DriftFit& fit = series.fit;
  if (!has_rate(fit.verdict)) return {};
  const auto& rows = series.record.rows;
  auto record = analysis::believed_rows(rows, fit.outliers, fit.steps);
  if (fit.temperature) integrate_temperature(record);
  std::vector<FittedRow> fitted;
  for (std::size_t i = 0; i < record.rows.size(); ++i) {
    const double warmth = fit.temperature ? gain_by_temperature(*fit.temperature, record, i) : 0.0;
    fitted.push_back({record.numbers[i], fit.rate * record.rows[i].time_s + warmth, 0.0, record.begins[i]});
  }
  for (auto first = fitted.begin(); first != fitted.end();) {
    const auto last =
        std::find_if(first + 1, fitted.end(), [](const FittedRow& each) { return each.begins; });
    put_through_mean(first, last, rows, fit.law);
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
