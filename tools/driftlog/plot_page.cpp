// SPDX-License-Identifier: MIT
#include "tools/driftlog/plot_page.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "tools/driftlog/plot_thinning.hpp"

namespace isletime::driftlog {
namespace {

using analysis::ClockRow;
using analysis::FitVerdict;

constexpr double kNanosecond = 1e-9;
constexpr std::size_t kMostEvents = 200;
// More bars than this cannot be distinguished.
constexpr std::size_t kMostBars = 200;

double in_seconds(nanoseconds value) {
  return static_cast<double>(value.count()) / 1e9;
}

// Converts a row's time to a page's.
double start_of(const Series& series, const PageFrame& frame) {
  return in_seconds(elapsed(frame.from, series.record.start));
}

// No line is drawn across a gap in the record that is longer than this.
double longest_gap(const Series& series, const PageFrame& frame) {
  return std::max(5.0 * series.fit.interval_s, 4.0 * frame.length_s / static_cast<double>(frame.most_dots));
}

void part_at_gaps(std::vector<Dot>& dots, double longest) {
  for (std::size_t i = 1; i < dots.size(); ++i) dots[i].begins |= dots[i].x - dots[i - 1].x > longest;
}

// The zero and the unit in which offsets are shown.
struct OffsetScale {
  nanoseconds base{};
  TimeUnit unit{};

  // Converts an offset that counts from the record's first.
  double shown(const Series& series, double offset_s) const {
    return (in_seconds(series.record.first_offset - base) + offset_s) / unit.seconds;
  }
};

bool is_outlier(const Series& series, std::size_t row) {
  return std::binary_search(series.fit.outliers.begin(), series.fit.outliers.end(), row);
}

// If offsets change by far less than their size, their common part is printed once. `shown` is the range of
// the picture, in seconds relative to the record's first offset.
OffsetScale scale_for(const Series& series, const Range& shown) {
  const double first = in_seconds(series.record.first_offset);
  const double largest = std::max(std::abs(first + shown.low), std::abs(first + shown.high));
  if (largest <= 1000.0 * shown.width()) return {nanoseconds::zero(), unit_for(largest)};
  const double round = std::pow(10.0, std::ceil(std::log10(shown.width())));
  const double middle = first + (shown.low + shown.high) / 2.0;
  return {nanoseconds{std::llround(std::round(middle / round) * round * 1e9)}, unit_for(shown.width())};
}

std::string offset_name(const OffsetScale& scale) {
  if (scale.base == nanoseconds::zero()) return fmt::format("offset / {}", scale.unit.name);
  return fmt::format("offset from {:+.12g} s / {}", in_seconds(scale.base), scale.unit.name);
}

// Returns the range in seconds relative to the record's first offset.
Dot dot_of(const ClockRow& row, double from) {
  const double reach = row.uncertainty_s.value_or(0.0);
  return {from + row.time_s, row.offset_s, row.offset_s - reach, row.offset_s + reach, row.is_marked};
}

void scale(std::vector<Dot>& dots, const OffsetScale& to, const Series& series) {
  for (Dot& dot : dots) {
    dot.y = to.shown(series, dot.y);
    dot.low = to.shown(series, dot.low);
    dot.high = to.shown(series, dot.high);
  }
}

// The range contains all offsets, and their bounds except the few that are far wider than the others.
Range range_of(const std::vector<Dot>& dots, double least_width) {
  constexpr double kShare = 0.98;
  Range range{dots[0].y, dots[0].y};
  std::vector<double> below;
  std::vector<double> above;
  for (const Dot& dot : dots) {
    range.take_in(dot.y);
    below.push_back(dot.low);
    above.push_back(dot.high);
  }
  const auto rank = static_cast<std::ptrdiff_t>(std::ceil(kShare * static_cast<double>(dots.size() - 1)));
  std::nth_element(above.begin(), above.begin() + rank, above.end());
  std::nth_element(below.begin(), below.begin() + rank, below.end(), std::greater<>());
  range.take_in(above[static_cast<std::size_t>(rank)]);
  range.take_in(below[static_cast<std::size_t>(rank)]);
  return with_margin(range, least_width);
}

// Rows that are far off are drawn at the edge; otherwise they would compress all others to a line.
void add_outliers(Panel& panel, std::vector<Dot> dots, std::size_t most) {
  constexpr double kEdge = 0.02;
  const Range near{panel.range.low - panel.range.width(), panel.range.high + panel.range.width()};
  for (const Dot& dot : dots) {
    if (dot.y >= near.low && dot.y <= near.high) panel.range.take_in(dot.y);
  }
  const double edge = kEdge * panel.range.width();
  panel.range = {panel.range.low - edge, panel.range.high + edge};
  std::size_t beyond = 0;
  for (Dot& dot : dots) {
    if (dot.y < panel.range.low || dot.y > panel.range.high) ++beyond;
    dot.y = std::clamp(dot.y, panel.range.low + edge / 2.0, panel.range.high - edge / 2.0);
  }
  if (beyond > 0)
    panel.note = fmt::format("{} outlier{} far beyond the edge", beyond, beyond == 1 ? "" : "s");
  panel.curves.push_back({Style::kOutliers, "outliers", thinned(dots, most)});
}

void add_bounds(std::vector<Curve>& curves, std::vector<Dot> dots, const Series& series,
                const PageFrame& frame) {
  const bool has_bounds =
      std::any_of(dots.begin(), dots.end(), [](const Dot& dot) { return dot.low < dot.high; });
  if (!has_bounds) return;
  if (dots.size() <= kMostBars) {
    curves.push_back({Style::kBars, "bounds", std::move(dots)});
    return;
  }
  auto band = enveloped(dots, frame.most_dots / 2);
  part_at_gaps(band, longest_gap(series, frame));
  curves.push_back({Style::kBand, "bounds", std::move(band)});
}

void add_fit(std::vector<Curve>& curves, const Series& series, const std::vector<FittedRow>& fitted,
             const PageFrame& frame, const OffsetScale& scale) {
  const double from = start_of(series, frame);
  const auto line_by = [&](double rate) {
    std::vector<Dot> dots;
    for (const FittedRow& each : fitted) {
      const double y = scale.shown(series, each.fitted_s + (rate - series.fit.rate) * each.lever_s);
      dots.push_back({from + series.record.rows[each.row].time_s, y, y, y, each.begins});
    }
    return thinned(dots, frame.most_dots / 2);
  };
  if (series.fit.verdict == FitVerdict::kConclusive) {
    curves.push_back({Style::kFit, "fit", line_by(series.fit.rate)});
  } else {
    curves.push_back({Style::kPossible, "drift range", line_by(series.fit.interval.low)});
    curves.push_back({Style::kPossible, "", line_by(series.fit.interval.high)});
  }
}

Panel offset_panel(const Series& series, const std::vector<FittedRow>& fitted, const PageFrame& frame) {
  const double from = start_of(series, frame);
  std::vector<Dot> rows;
  std::vector<Dot> outliers;
  for (std::size_t i = 0; i < series.record.rows.size(); ++i)
    (is_outlier(series, i) ? outliers : rows).push_back(dot_of(series.record.rows[i], from));
  const Range range = range_of(rows, kNanosecond);
  const OffsetScale units = scale_for(series, range);
  scale(rows, units, series);
  scale(outliers, units, series);
  Panel panel{offset_name(units), {units.shown(series, range.low), units.shown(series, range.high)}, {}, {}};
  add_bounds(panel.curves, rows, series, frame);
  if (!outliers.empty()) add_outliers(panel, std::move(outliers), frame.most_dots / 4);
  panel.curves.push_back({Style::kRows, "rows", thinned(rows, frame.most_dots)});
  if (!fitted.empty()) add_fit(panel.curves, series, fitted, frame, units);
  return panel;
}

Panel residual_panel(const Series& series, const std::vector<FittedRow>& fitted, const PageFrame& frame) {
  const double from = start_of(series, frame);
  std::vector<Dot> dots;
  double largest = 0.0;
  for (const FittedRow& each : fitted) {
    const ClockRow& row = series.record.rows[each.row];
    const double y = row.offset_s - each.fitted_s;
    dots.push_back({from + row.time_s, y, y, y, each.begins});
    largest = std::max(largest, std::abs(y));
  }
  const TimeUnit unit = unit_for(largest);
  for (Dot& dot : dots) dot.y = dot.low = dot.high = dot.y / unit.seconds;
  Panel panel{fmt::format("residuals / {}", unit.name), range_of(dots, kNanosecond / unit.seconds), {}, {}};
  panel.curves.push_back(
      {Style::kZero, "", {{dots.front().x, 0.0, 0.0, 0.0}, {dots.back().x, 0.0, 0.0, 0.0}}});
  panel.curves.push_back({Style::kRows, "", thinned(dots, frame.most_dots)});
  return panel;
}

std::optional<Panel> temperature_panel(const Series& series, const PageFrame& frame) {
  constexpr double kHottest = 10'000.0;
  const double from = start_of(series, frame);
  std::vector<Dot> dots;
  for (const ClockRow& row : series.record.rows) {
    // A sensor that shows a higher temperature is broken, and would spoil the axis.
    if (!row.temperature_c || std::abs(*row.temperature_c) > kHottest) continue;
    dots.push_back({from + row.time_s, *row.temperature_c, *row.temperature_c, *row.temperature_c});
  }
  if (dots.empty()) return std::nullopt;
  Panel panel{"temperature / °C", range_of(dots, 0.1), {}, {}};
  dots = thinned(dots, frame.most_dots);
  part_at_gaps(dots, longest_gap(series, frame));
  panel.curves.push_back({Style::kLine, "", std::move(dots)});
  return panel;
}

std::optional<Panel> allan_panel(const Series& series) {
  std::vector<Dot> dots;
  for (const auto& point : series.fit.allan) {
    if (!(point.deviation > 0.0)) continue;
    const double y = std::log10(point.deviation * 1e6);
    dots.push_back({std::log10(point.tau_s), y, y, y});
  }
  if (dots.empty()) return std::nullopt;
  Range range{dots[0].y, dots[0].y};
  for (const Dot& dot : dots) range.take_in(dot.y);
  // The range is whole decades, with a margin so that dots at the ends are seen whole.
  constexpr double kMargin = 0.03;
  range = {std::floor(range.low), std::ceil(range.high)};
  if (range.width() < 1.0) range.high += 1.0;
  range = {range.low - kMargin, range.high + kMargin};
  return Panel{kAllanName, range, {{Style::kLine, "", std::move(dots)}}, {}};
}

}  // namespace

Page page_of(const Series& series, const PageFrame& frame) {
  Page page{series.name, title_of(series),   time_axis(frame.from, frame.length_s, frame.most_ticks), {},
            {},          allan_panel(series)};
  for (const Event& event : events_of(series)) {
    if (page.events.size() == kMostEvents) break;
    page.events.push_back({start_of(series, frame) + event.time_s, event.is_marked});
  }
  const auto fitted = fitted_rows(series);
  page.panels.push_back(offset_panel(series, fitted, frame));
  if (!fitted.empty()) page.panels.push_back(residual_panel(series, fitted, frame));
  if (auto temperature = temperature_panel(series, frame)) page.panels.push_back(std::move(*temperature));
  return page;
}

}  // namespace isletime::driftlog
