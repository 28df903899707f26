// SPDX-License-Identifier: MIT
#include "tools/driftlog/series.hpp"

#include <algorithm>
#include <array>
#include <istream>

#include <fmt/format.h>

#include "libsync/record/sample_reader.hpp"
#include "tools/driftlog/marks.hpp"

namespace isletime::driftlog {
namespace {

// More would be no picture.
constexpr std::size_t kMostSources = 20;

bool is_mark(const std::string& error) {
  constexpr std::array kMarks{Mark::kReferenceStepped, Mark::kSuspended, Mark::kSourceStepped, Mark::kResumed,
                              Mark::kSet};
  return std::any_of(kMarks.begin(), kMarks.end(), [&error](Mark mark) { return error == to_string(mark); });
}

Series& series_of(const std::string& source, std::vector<Series>& all) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&source](const Series& each) { return each.source == source; });
  return found == all.end() ? all.emplace_back(Series{source, {}, {}}) : *found;
}

void add(const SampleRecord& record, std::vector<Series>& all) {
  Series& series = series_of(record.source, all);
  if (record.offset) {
    series.points.push_back({record.time, *record.offset, record.uncertainty.value_or(nanoseconds::zero()),
                             record.temperature_c});
  } else if (record.error && is_mark(*record.error)) {
    series.marks.push_back(record.time);
  }
}

// False: there is no whole line any more.
bool read_line(std::istream& file, std::string& line) {
  return std::getline(file, line) && !file.eof();
}

}  // namespace

Result<std::vector<Series>, std::string> read_series(std::istream& file) {
  std::vector<Series> all;
  std::optional<CsvSampleReader> csv;
  std::string line;
  for (std::size_t number = 1; read_line(file, line); ++number) {
    const auto wrong = [number](const std::string& why) {
      return Unexpected{fmt::format("line {}: {}", number, why)};
    };
    if (line.ends_with('\r')) line.pop_back();
    if (line.size() > kLargestSampleLine) return wrong("is too long for a row");
    if (number == 1 && !line.starts_with('{')) {
      auto reader = CsvSampleReader::open(line);
      if (!reader) return wrong(reader.error());
      csv = *std::move(reader);
      continue;
    }
    const auto record = csv ? csv->read(line) : parse_json_sample(line);
    if (!record) return wrong(record.error());
    add(*record, all);
    if (all.size() > kMostSources) return wrong("too many sources for a picture");
  }
  std::erase_if(all, [](const Series& each) { return each.points.empty(); });
  if (all.empty()) return Unexpected{std::string{"has no row with an offset"}};
  return all;
}

std::vector<Point> thinned(const std::vector<Point>& points, std::size_t most) {
  if (points.size() <= most) return points;
  std::vector<Point> out;
  const std::size_t stretches = std::max<std::size_t>(1, most / 2);
  for (std::size_t i = 0; i < stretches; ++i) {
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(i * points.size() / stretches);
    const auto end = points.begin() + static_cast<std::ptrdiff_t>((i + 1) * points.size() / stretches);
    auto [low, high] =
        std::minmax_element(begin, end, [](const Point& a, const Point& b) { return a.offset < b.offset; });
    if (high < low) std::swap(low, high);
    out.push_back(*low);
    if (low != high) out.push_back(*high);
  }
  return out;
}

}  // namespace isletime::driftlog
