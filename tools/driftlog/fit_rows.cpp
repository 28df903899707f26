// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <istream>
#include <optional>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/plain_text.hpp"
#include "libsync/record/sample_reader.hpp"

namespace isletime::driftlog {
namespace {

using analysis::ClockRow;
using Fault = std::optional<std::string>;

// A century. No clock is further off, and twice this fits into 64-bit nanoseconds.
constexpr double kLargestOffset = 3.2e9;

// The values of `error` in the marks of driftlog. No segment of a fit continues across a mark.
constexpr std::array<std::string_view, 5> kMarks{"reference-stepped", "suspended", "source-stepped",
                                                 "resumed", "set"};

bool is_mark(std::string_view error) {
  return std::find(kMarks.begin(), kMarks.end(), error) != kMarks.end();
}

// Reads lines from a stream that need not fit into memory and may be endless.
class Lines {
 public:
  enum class Next : std::uint8_t { kLine, kEnd, kTorn, kTooLong };

  explicit Lines(std::istream& file) : file_(file), block_(kBlock) {}

  // The text of the line is valid until the next call. A line that was cut off has no line end.
  Next next(std::string_view& line) {
    while (true) {
      const auto* begin = block_.data() + at_;
      const auto* end = std::find(begin, static_cast<const char*>(block_.data()) + filled_, '\n');
      if (end != block_.data() + filled_) {
        line = {begin, static_cast<std::size_t>(end - begin)};
        if (line.size() > kLargestSampleLine) return Next::kTooLong;
        at_ += line.size() + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        return Next::kLine;
      }
      if (filled_ - at_ > kLargestSampleLine) return Next::kTooLong;
      if (!fill()) return at_ == filled_ ? Next::kEnd : Next::kTorn;
    }
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{256} * 1024;

  bool fill() {
    std::copy(block_.begin() + static_cast<std::ptrdiff_t>(at_),
              block_.begin() + static_cast<std::ptrdiff_t>(filled_), block_.begin());
    filled_ -= at_;
    at_ = 0;
    file_.read(block_.data() + filled_, static_cast<std::streamsize>(kBlock - filled_));
    filled_ += static_cast<std::size_t>(file_.gcount());
    return file_.gcount() > 0;
  }

  std::istream& file_;
  std::vector<char> block_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
};

// Splits a line by RFC 4180. Doubled quotation marks are kept, because no number contains them.
Fault split(std::string_view line, char separator, std::vector<std::string_view>& fields) {
  fields.clear();
  while (true) {
    const bool is_quoted = line.starts_with('"');
    std::size_t end = 0;
    if (is_quoted) {
      end = line.find('"', 1);
      while (end != std::string_view::npos && line.substr(end).starts_with("\"\""))
        end = line.find('"', end + 2);
      if (end == std::string_view::npos) return "a quotation mark is missing";
      fields.push_back(line.substr(1, end - 1));
      ++end;
      if (end < line.size() && line[end] != separator) return "a quotation mark stands within a field";
      if (end >= line.size()) return std::nullopt;
    } else {
      end = line.find(separator);
      std::string_view field = line.substr(0, end);
      while (field.starts_with(' ')) field.remove_prefix(1);
      while (field.ends_with(' ')) field.remove_suffix(1);
      fields.push_back(field);
      if (end == std::string_view::npos) return std::nullopt;
    }
    line.remove_prefix(end + 1);
  }
}

// Parses a date, or seconds since 1970 or any other start.
Fault read_time(std::string_view text, WallTime& time) {
  if (const auto date = parse_rfc3339(text)) {
    time = *date;
    return std::nullopt;
  }
  const auto count = parse_decimal_seconds(text);
  if (count) {
    time = WallTime{*count};
    return std::nullopt;
  }
  if (text.find_first_of("-:T") != std::string_view::npos) {
    return fmt::format("time: \"{}\" is not a time as in RFC 3339, 2026-02-03T04:05:06Z", shortened(text));
  }
  return fmt::format("time: \"{}\" is neither a time as in RFC 3339 nor seconds", shortened(text));
}

Fault read_number(std::string_view text, const char* name, double& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end || !std::isfinite(value)) {
    return fmt::format("{}: \"{}\" is not a number", name, shortened(text));
  }
  return std::nullopt;
}

// Seconds are parsed exactly, other units with the precision of a double.
Fault read_offset(std::string_view text, double unit_s, nanoseconds& offset) {
  double value = 0.0;
  if (auto fault = read_number(text, "offset", value)) return fault;
  if (std::abs(value * unit_s) > kLargestOffset)
    return fmt::format("offset: {} is more than a century", shortened(text));
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto exact =
      unit_s == 1.0 ? parse_decimal_seconds(text) : Result<nanoseconds, const char*>{Unexpected{""}};
  offset = exact ? *exact : nanoseconds{std::llround(value * unit_s * 1e9)};
  return std::nullopt;
}

struct ReadRow {
  WallTime time;
  std::string_view source;
  std::optional<nanoseconds> offset;
  std::optional<double> uncertainty_s;
  std::optional<double> temperature_c;
  bool is_mark = false;
};

Fault read_csv_row(const std::vector<std::string_view>& fields, const FitColumns& columns, ReadRow& row) {
  if (fields.size() != columns.count) {
    return fmt::format("has {} columns, and the header {}", fields.size(), columns.count);
  }
  if (auto fault = read_time(fields[columns.time], row.time)) return fault;
  if (columns.source) row.source = fields[*columns.source];
  if (row.source.size() > kLongestSampleText || !is_plain(row.source))
    return "source: is not a short plain text";
  if (columns.error) row.is_mark = is_mark(fields[*columns.error]);
  const bool has_failed = columns.error && !fields[*columns.error].empty();
  if (const std::string_view text = fields[columns.offset.index]; !text.empty() && !has_failed) {
    if (auto fault = read_offset(text, columns.offset.unit_s, row.offset.emplace())) return fault;
  }
  if (columns.uncertainty && !fields[columns.uncertainty->index].empty()) {
    double value = 0.0;
    if (auto fault = read_number(fields[columns.uncertainty->index], "uncertainty", value)) return fault;
    if (value < 0.0) return "uncertainty: is negative";
    row.uncertainty_s = value * columns.uncertainty->unit_s;
  }
  if (columns.temperature && !fields[*columns.temperature].empty()) {
    if (auto fault =
            read_number(fields[*columns.temperature], "temperature_c", row.temperature_c.emplace())) {
      return fault;
    }
  }
  return std::nullopt;
}

class Collector {
 public:
  Fault add(const ReadRow& row) {
    SourceRows* source = find(row.source);
    if (source == nullptr) return fmt::format("names more than {} sources", kMostFitSources);
    State& state = states_[static_cast<std::size_t>(source - sources_.data())];
    if (state.has_rows && row.time < state.last) {
      return fmt::format("time goes backwards by {:.9g} s",
                         static_cast<double>(elapsed(row.time, state.last).count()) / 1e9);
    }
    state.is_marked |= row.is_mark;
    if (!row.offset) {
      ++source->without_offset;
      return std::nullopt;
    }
    if (++rows_ > kMostFitRows) return fmt::format("is the row after {}: thin the record out", kMostFitRows);
    if (!state.has_rows) {
      source->start = row.time;
      source->first_offset = *row.offset;
    }
    source->rows.push_back({static_cast<double>(elapsed(source->start, row.time).count()) / 1e9,
                            static_cast<double>((*row.offset - source->first_offset).count()) / 1e9,
                            row.uncertainty_s, row.temperature_c, state.is_marked && state.has_rows});
    state = {true, false, row.time};
    return std::nullopt;
  }

  std::vector<SourceRows> take() { return std::move(sources_); }

 private:
  struct State {
    bool has_rows = false;
    bool is_marked = false;
    WallTime last;
  };

  SourceRows* find(std::string_view name) {
    if (last_ < sources_.size() && sources_[last_].source == name) return &sources_[last_];
    for (last_ = 0; last_ < sources_.size(); ++last_) {
      if (sources_[last_].source == name) return &sources_[last_];
    }
    if (sources_.size() == kMostFitSources) return nullptr;
    sources_.push_back({std::string{name}, {}, {}, {}, 0});
    states_.emplace_back();
    return &sources_.back();
  }

  std::vector<SourceRows> sources_;
  std::vector<State> states_;
  std::size_t last_ = 0;
  std::size_t rows_ = 0;
};

// Returns the common separator that occurs most often in the header.
char separator_of(std::string_view header) {
  char best = ',';
  for (const char candidate : {',', ';', '\t'}) {
    if (std::count(header.begin(), header.end(), candidate) >
        std::count(header.begin(), header.end(), best)) {
      best = candidate;
    }
  }
  return best;
}

class RowParser {
 public:
  explicit RowParser(const ColumnNames& names) : names_(names) {}

  Fault parse(std::string_view line, Collector& collector) {
    if (is_first_) return begin(line, collector);
    return is_json_ ? parse_json_row(line, collector) : parse_csv_row(line, collector);
  }

 private:
  Fault begin(std::string_view line, Collector& collector) {
    is_first_ = false;
    if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);  // spreadsheets write a byte order mark
    is_json_ = line.starts_with('{');
    if (is_json_) return parse_json_row(line, collector);
    separator_ = separator_of(line);
    if (auto fault = split(line, separator_, fields_)) return fault;
    auto columns = find_columns(fields_, names_);
    if (!columns) return columns.error();
    columns_ = *columns;
    return std::nullopt;
  }

  Fault parse_csv_row(std::string_view line, Collector& collector) {
    if (auto fault = split(line, separator_, fields_)) return fault;
    ReadRow row;
    if (auto fault = read_csv_row(fields_, columns_, row)) return fault;
    return collector.add(row);
  }

  static Fault parse_json_row(std::string_view line, Collector& collector) {
    const auto sample = parse_json_sample(line);
    if (!sample) return sample.error();
    ReadRow row{sample->time, sample->source,        sample->offset,
                std::nullopt, sample->temperature_c, sample->error && is_mark(*sample->error)};
    if (sample->error) row.offset = std::nullopt;
    if (row.offset && std::abs(static_cast<double>(row.offset->count())) > kLargestOffset * 1e9) {
      return "offset_s: is more than a century";
    }
    if (sample->uncertainty) row.uncertainty_s = static_cast<double>(sample->uncertainty->count()) * 1e-9;
    return collector.add(row);
  }

  const ColumnNames& names_;
  bool is_first_ = true;
  bool is_json_ = false;
  char separator_ = ',';
  FitColumns columns_{};
  std::vector<std::string_view> fields_;
};

}  // namespace

Result<std::vector<SourceRows>, std::string> read_fit_rows(std::istream& file, const ColumnNames& names) {
  Lines lines(file);
  RowParser parser(names);
  Collector collector;
  std::string_view line;
  for (std::size_t number = 1;; ++number) {
    const Lines::Next next = lines.next(line);
    // A last line without a line end may have been cut off within a number.
    if (next == Lines::Next::kEnd || next == Lines::Next::kTorn) break;
    if (next == Lines::Next::kTooLong) {
      return Unexpected{
          fmt::format("line {}: is longer than {} bytes: is it CSV?", number, kLargestSampleLine)};
    }
    if (line.empty()) continue;
    if (auto fault = parser.parse(line, collector))
      return Unexpected{fmt::format("line {}: {}", number, *fault)};
  }
  auto sources = collector.take();
  std::erase_if(sources,
                [](const SourceRows& source) { return source.rows.empty() && source.source.empty(); });
  if (sources.empty()) return Unexpected{std::string{"has no rows"}};
  return sources;
}

}  // namespace isletime::driftlog
