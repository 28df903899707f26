// SPDX-License-Identifier: MIT
#include "libsync/analysis/allan_deviation.hpp"

#include <cmath>

#include "libsync/analysis/order_statistics.hpp"

namespace isletime::analysis {
namespace {

constexpr std::size_t kFewest = 4;

double usual_interval(std::span<const PhasePoint> points) {
  std::vector<double> spans;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double span = points[i].time_s - points[i - 1].time_s;
    if (span > 0.0) spans.push_back(span);
  }
  return spans.empty() ? 0.0 : median(std::move(spans));
}

// The first point from `from` on that is at `time` or later.
std::size_t seek(std::span<const PhasePoint> points, std::size_t from, double time_s) {
  while (from < points.size() && points[from].time_s < time_s) ++from;
  return from;
}

AllanPoint at(std::span<const PhasePoint> points, const std::vector<std::size_t>& segments, double tau,
              double slack) {
  AllanPoint result{tau, 0.0, 0};
  double squares = 0.0;
  std::size_t middle = 0;
  std::size_t last = 0;
  for (std::size_t first = 0; first < points.size(); ++first) {
    const double time = points[first].time_s;
    middle = seek(points, std::max(middle, first), time + tau - slack);
    last = seek(points, std::max(last, middle), time + 2.0 * tau - slack);
    if (last == points.size()) break;
    if (points[middle].time_s > time + tau + slack || points[last].time_s > time + 2.0 * tau + slack)
      continue;
    if (segments[first] != segments[last]) continue;
    const double before = points[middle].time_s - time;
    const double behind = points[last].time_s - points[middle].time_s;
    if (before <= 0.0 || behind <= 0.0) continue;
    const double change = (points[last].offset_s - points[middle].offset_s) / behind -
                          (points[middle].offset_s - points[first].offset_s) / before;
    squares += change * change;
    ++result.count;
  }
  if (result.count > 0) result.deviation = std::sqrt(squares / (2.0 * static_cast<double>(result.count)));
  return result;
}

}  // namespace

std::vector<AllanPoint> allan_deviation(std::span<const PhasePoint> points) {
  std::vector<AllanPoint> deviations;
  const double interval = usual_interval(points);
  if (interval <= 0.0) return deviations;
  std::vector<std::size_t> segments;
  segments.reserve(points.size());
  for (const PhasePoint& point : points) {
    const std::size_t before = segments.empty() ? 0 : segments.back();
    segments.push_back(before + (point.begins ? 1 : 0));
  }
  const double span = points.back().time_s - points.front().time_s;
  double tau = interval;
  while (2.0 * tau <= span) {
    const AllanPoint point = at(points, segments, tau, std::max(0.4 * interval, 0.02 * tau));
    if (point.count >= kFewest) deviations.push_back(point);
    tau *= 2.0;
  }
  return deviations;
}

}  // namespace isletime::analysis
