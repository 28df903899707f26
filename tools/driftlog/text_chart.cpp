// SPDX-License-Identifier: MIT
#include "tools/driftlog/text_chart.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"

namespace isletime::driftlog {
namespace {

constexpr std::size_t kColumns = 60;
constexpr std::size_t kLines = 17;

struct Range {
  double low;
  double high;

  // 0 to `cells` - 1.
  std::size_t place(double value, std::size_t cells) const {
    const double share = (value - low) / (high - low);
    const auto place = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(cells));
    return std::min(place, cells - 1);
  }
};

double in_seconds(nanoseconds value) {
  return static_cast<double>(value.count()) / 1e9;
}

Range widened(Range range, double least) {
  if (range.high - range.low >= least) return range;
  const double middle = (range.low + range.high) / 2;
  return {middle - least / 2, middle + least / 2};
}

Range times_of(const Series& series, WallTime first) {
  Range range{0, 0};
  for (const Point& point : series.points) {
    const double at = in_seconds(elapsed(first, point.time));
    range = {std::min(range.low, at), std::max(range.high, at)};
  }
  return widened(range, 1);
}

Range offsets_of(const Series& series) {
  Range range{in_seconds(series.points[0].offset), in_seconds(series.points[0].offset)};
  for (const Point& point : series.points) {
    const double offset = in_seconds(point.offset);
    const double bound = in_seconds(point.uncertainty);
    range = {std::min(range.low, offset - bound), std::max(range.high, offset + bound)};
  }
  return widened(range, 1e-8);
}

}  // namespace

std::string text_chart(const Series& series) {
  const WallTime first = series.points[0].time;
  const Range times = times_of(series, first);
  const Range offsets = offsets_of(series);
  std::vector<std::string> cells(kLines, std::string(kColumns, ' '));
  for (const WallTime mark : series.marks) {
    const std::size_t column = times.place(in_seconds(elapsed(first, mark)), kColumns);
    for (std::string& line : cells) line[column] = '|';
  }
  for (const Point& point : series.points) {
    const std::size_t column = times.place(in_seconds(elapsed(first, point.time)), kColumns);
    const double offset = in_seconds(point.offset);
    const double bound = in_seconds(point.uncertainty);
    const std::size_t top = offsets.place(offset + bound, kLines);
    for (std::size_t line = offsets.place(offset - bound, kLines); line <= top; ++line) {
      if (cells[line][column] != '*') cells[line][column] = ':';
    }
    cells[offsets.place(offset, kLines)][column] = '*';
  }
  std::string out = series.source + ": offset / s\n";
  for (std::size_t line = kLines; line-- > 0;) {
    const double at = offsets.low + (offsets.high - offsets.low) * (static_cast<double>(line) + 0.5) /
                                        static_cast<double>(kLines);
    const std::string label = line % 4 == 0 ? fmt::format("{:+.6g}", at) : "";
    std::string row = fmt::format("{:>15} |{}", label, cells[line]);
    row.erase(row.find_last_not_of(' ') + 1);
    out += row + '\n';
  }
  const auto began = format_rfc3339(first);
  out += fmt::format("{:>16}{:-<{}}\n{:>17}{:.19}Z{:>{}}\n", "+", "", kColumns, "",
                     std::string_view{began.data(), began.size()},
                     fmt::format("+{:.4g} h", times.high / 3600), kColumns - 20);
  return out;
}

}  // namespace isletime::driftlog
