// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <istream>
#include <optional>

#include <fmt/format.h>

#include "libsync/record/plain_text.hpp"
#include "libsync/record/sample_reader.hpp"
#include "tools/driftlog/fit_fields.hpp"

namespace isletime::driftlog {
namespace {

using Fault = FieldFault;

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
      if (fill()) continue;
      line = {block_.data() + at_, filled_ - at_};
      return line.empty() ? Next::kEnd : Next::kTorn;
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

struct ReadRow {
  WallTime time;
  std::string_view source;
  std::optional<nanoseconds> offset;
  std::optional<double> uncertainty_s;
  std::optional<double> temperature_c;
  bool is_mark = false;
};

Fault read_csv_row(const std::vector<std::string_view>& fields, const FitColumns& columns,
                   const std::optional<Zone>& zone, ReadRow& row) {
  if (fields.size() != columns.count) {
    return fmt::format("has {} columns, and the header {}", fields.size(), columns.count);
  }
  if (auto fault = read_time(fields[columns.time], columns.time_unit_s, zone, row.time)) return fault;
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

// Returns why no reading of a clock can be like this row. The differences of times and offsets within these
// limits fit into 64-bit nanoseconds.
Fault judge(const ReadRow& row) {
  constexpr seconds kFarthest{4'600'000'000};
  constexpr double kColdest = -273.15;
  constexpr double kHottest = 1000.0;
  if (std::chrono::abs(row.time.time_since_epoch()) > kFarthest)
    return "time: is not within 145 years of 1970";
  if (row.uncertainty_s && *row.uncertainty_s > kLargestOffset) return "uncertainty: is more than a century";
  if (row.temperature_c && (*row.temperature_c < kColdest || *row.temperature_c > kHottest))
    return "temperature_c: is not between -273.15 and 1000";
  return std::nullopt;
}

class Collector {
 public:
  // If it sorts, rows may come in any order, and take() puts them in the order of their times.
  explicit Collector(bool sorts) : sorts_(sorts) {}

  Fault add(const ReadRow& row) {
    if (auto fault = judge(row)) return fault;
    if (!sorts_) return add_next(row);
    if (kept_.size() == kMostFitRows)
      return fmt::format("is the row after {}: thin the record out", kMostFitRows);
    auto name = std::find(names_.begin(), names_.end(), row.source);
    if (name == names_.end()) {
      if (names_.size() == kMostFitSources) return fmt::format("names more than {} sources", kMostFitSources);
      name = names_.insert(names_.end(), std::string{row.source});
    }
    kept_.push_back({row, static_cast<std::size_t>(name - names_.begin())});
    return std::nullopt;
  }

  std::vector<SourceRows> take() {
    std::stable_sort(kept_.begin(), kept_.end(),
                     [](const Kept& one, const Kept& other) { return one.row.time < other.row.time; });
    for (Kept& kept : kept_) {
      kept.row.source = names_[kept.source];
      // Sorted rows cannot go backwards, and add() checked everything else.
      static_cast<void>(add_next(kept.row));
    }
    return std::move(sources_);
  }

 private:
  struct State {
    bool has_rows = false;
    bool is_marked = false;
    WallTime last;
  };

  struct Kept {
    ReadRow row;
    std::size_t source;
  };

  Fault add_next(const ReadRow& row) {
    SourceRows* source = find(row.source);
    if (source == nullptr) return fmt::format("names more than {} sources", kMostFitSources);
    State& state = states_[static_cast<std::size_t>(source - sources_.data())];
    if (state.has_rows && row.time < state.last) {
      return fmt::format("time goes backwards by {:.9g} s: put the rows in order by --sort",
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

  SourceRows* find(std::string_view name) {
    if (last_ < sources_.size() && sources_[last_].source == name) return &sources_[last_];
    for (last_ = 0; last_ < sources_.size(); ++last_) {
      if (sources_[last_].source == name) return &sources_[last_];
    }
    if (sources_.size() == kMostFitSources) return nullptr;
    sources_.push_back({std::string{name}, {}, {}, {}, 0, 0});
    states_.emplace_back();
    return &sources_.back();
  }

  bool sorts_;
  std::vector<Kept> kept_;
  std::vector<std::string> names_;
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
  explicit RowParser(const ReadOptions& options) : options_(options) {}

  Fault parse(std::string_view line, Collector& collector) {
    if (is_first_) return begin(line, collector);
    return is_json_ ? parse_json_row(line, collector) : parse_csv_row(line, collector);
  }

  bool is_at_header() const { return is_first_; }

  // Returns whether a line without a line end is complete: it has all its columns, and its last number has no
  // fewer decimals than those of the lines before.
  bool is_complete(std::string_view line) {
    if (is_first_) return false;
    if (is_json_) return line.ends_with('}');
    if (split_fields(line, separator_, fields_) || fields_.size() != columns_.count) return false;
    const std::size_t decimals = decimals_of(fields_.back());
    // A whole number may lack digits, so it must not be shorter than those before.
    return decimals >= fewest_decimals_ && (decimals > 0 || fields_.back().size() >= shortest_);
  }

 private:
  Fault begin(std::string_view line, Collector& collector) {
    is_first_ = false;
    if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);  // spreadsheets write a byte order mark
    is_json_ = line.starts_with('{');
    if (is_json_) return parse_json_row(line, collector);
    separator_ = separator_of(line);
    if (auto fault = split_fields(line, separator_, fields_)) return fault;
    auto columns = find_columns(fields_, options_.columns);
    if (!columns) return columns.error();
    columns_ = *columns;
    return std::nullopt;
  }

  Fault parse_csv_row(std::string_view line, Collector& collector) {
    if (auto fault = split_fields(line, separator_, fields_)) return fault;
    if (!fields_.empty()) {
      fewest_decimals_ = std::min(fewest_decimals_, decimals_of(fields_.back()));
      shortest_ = std::min(shortest_, fields_.back().size());
    }
    ReadRow row;
    if (auto fault = read_csv_row(fields_, columns_, options_.zone, row)) return fault;
    return collector.add(row);
  }

  // An empty field counts as having the most decimals, because nothing of it can be missing.
  static std::size_t decimals_of(std::string_view field) {
    if (field.empty()) return kLargestSampleLine;
    const auto point = field.find_last_of(".,");
    return point == std::string_view::npos ? 0 : field.size() - point - 1;
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

  const ReadOptions& options_;
  bool is_first_ = true;
  bool is_json_ = false;
  char separator_ = ',';
  std::size_t fewest_decimals_ = kLargestSampleLine;  // of the last field
  std::size_t shortest_ = kLargestSampleLine;
  FitColumns columns_{};
  std::vector<std::string_view> fields_;
};

}  // namespace

Result<std::vector<SourceRows>, std::string> read_fit_rows(std::istream& file, const ReadOptions& options) {
  Lines lines(file);
  RowParser parser(options);
  Collector collector(options.sorts);
  std::string_view line;
  std::size_t skipped = 0;
  for (std::size_t number = 1;; ++number) {
    const Lines::Next next = lines.next(line);
    if (next == Lines::Next::kEnd) break;
    if (next == Lines::Next::kTorn && !parser.is_complete(line)) break;
    if (next == Lines::Next::kTooLong) {
      return Unexpected{
          fmt::format("line {}: is longer than {} bytes: is it CSV?", number, kLargestSampleLine)};
    }
    const bool is_row = !parser.is_at_header() || line.starts_with('{');
    if (auto fault = line.empty() ? Fault{} : parser.parse(line, collector)) {
      if (!options.skips_bad || !is_row) return Unexpected{fmt::format("line {}: {}", number, *fault)};
      ++skipped;
    }
    if (next == Lines::Next::kTorn) break;
  }
  auto sources = collector.take();
  std::erase_if(sources,
                [](const SourceRows& source) { return source.rows.empty() && source.source.empty(); });
  if (sources.empty()) {
    return Unexpected{skipped == 0 ? std::string{"has no rows"}
                                   : fmt::format("has no rows but {} that cannot be read", skipped)};
  }
  for (SourceRows& source : sources) source.skipped = skipped;
  return sources;
}

}  // namespace isletime::driftlog
