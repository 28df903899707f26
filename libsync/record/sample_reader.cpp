// SPDX-License-Identifier: MIT
#include "libsync/record/sample_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/plain_text.hpp"

namespace isletime {
namespace {

// The fault of a field, as a clause, or null.
using Fault = const char*;
using Form = SampleField::Form;

Fault read(std::string_view text, WallTime& value) {
  const auto time = parse_rfc3339(text);
  if (time) {
    value = *time;
    return nullptr;
  }
  switch (time.error()) {
    case Rfc3339Error::kBadSyntax:
      return "is not a time as in RFC 3339";
    case Rfc3339Error::kNoSuchTime:
      return "is no time of the calendar";
    case Rfc3339Error::kOutOfRange:
      return "is not within the years 1678 to 2261";
  }
  return nullptr;
}

Fault read(std::string_view text, std::string& value) {
  if (text.size() > kLongestSampleText) return "is longer than 255 bytes";
  if (!is_plain(text)) return "is not plain text in UTF-8";
  value = text;
  return nullptr;
}

Fault read(std::string_view text, nanoseconds& value) {
  const auto duration = parse_decimal_seconds(text);
  if (!duration) return duration.error();
  value = *duration;
  return nullptr;
}

Fault read(std::string_view text, std::uint8_t& value) {
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure == std::errc{} && stop == end) return nullptr;
  return "is not a whole number from 0 to 255";
}

Fault read(std::string_view text, double& value) {
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  return failure == std::errc{} && stop == end && std::isfinite(value) ? nullptr : "is not a number";
}

Fault read(std::string_view text, bool& value) {
  if (text != "true" && text != "false") return "is neither true nor false";
  value = text == "true";
  return nullptr;
}

template <class T>
Fault read(std::string_view text, std::optional<T>& value) {
  return read(text, value.emplace());
}

template <auto Member>
Fault set(SampleRecord& record, std::string_view text) {
  return read(text, record.*Member);
}

// Rejects negative bounds and distances.
template <auto Member>
Fault set_not_negative(SampleRecord& record, std::string_view text) {
  const Fault fault = set<Member>(record, text);
  return fault == nullptr && *(record.*Member) < nanoseconds::zero() ? "is negative" : fault;
}

Fault set_leap(SampleRecord& record, std::string_view text) {
  const Fault fault = set<&SampleRecord::leap>(record, text);
  return fault != nullptr || *record.leap > 3 ? "is not a whole number from 0 to 3" : nullptr;
}

struct FieldReader {
  std::string_view name;
  Form form;
  Fault (*set)(SampleRecord& record, std::string_view text);
};

constexpr std::array kReaders{
    FieldReader{"time", Form::kText, set<&SampleRecord::time>},
    FieldReader{"source", Form::kText, set<&SampleRecord::source>},
    FieldReader{"offset_s", Form::kLiteral, set<&SampleRecord::offset>},
    FieldReader{"uncertainty_s", Form::kLiteral, set_not_negative<&SampleRecord::uncertainty>},
    FieldReader{"delay_s", Form::kLiteral, set<&SampleRecord::delay>},
    FieldReader{"stratum", Form::kLiteral, set<&SampleRecord::stratum>},
    FieldReader{"leap", Form::kLiteral, set_leap},
    FieldReader{"refid", Form::kText, set<&SampleRecord::refid>},
    FieldReader{"root_delay_s", Form::kLiteral, set_not_negative<&SampleRecord::root_delay>},
    FieldReader{"root_dispersion_s", Form::kLiteral, set_not_negative<&SampleRecord::root_dispersion>},
    FieldReader{"temperature_c", Form::kLiteral, set<&SampleRecord::temperature_c>},
    FieldReader{"zone", Form::kText, set<&SampleRecord::zone>},
    FieldReader{"dst", Form::kLiteral, set<&SampleRecord::dst>},
    FieldReader{"reliable", Form::kLiteral, set<&SampleRecord::reliable>},
    FieldReader{"error", Form::kText, set<&SampleRecord::error>},
};

const FieldReader* find_reader(std::string_view name) {
  const auto* found = std::find_if(kReaders.begin(), kReaders.end(),
                                   [name](const FieldReader& reader) { return reader.name == name; });
  return found == kReaders.end() ? nullptr : found;
}

std::optional<std::string> named(const FieldReader& reader, Fault fault) {
  if (fault == nullptr) return std::nullopt;
  return fmt::format("{}: {}", reader.name, fault);
}

std::optional<std::string> fault_of(SampleRecord& record, const FieldReader& reader, const JsonValue& value) {
  if (value.is_null()) return std::nullopt;
  if (reader.form == Form::kText) {
    const auto* text = value.text();
    return named(reader, text == nullptr ? "is not a text" : reader.set(record, *text));
  }
  if (const auto flag = value.flag()) return named(reader, reader.set(record, *flag ? "true" : "false"));
  // An empty text is valid for no field, so the error says what the field should have been.
  const auto* number = value.number();
  return named(reader, reader.set(record, number == nullptr ? "" : std::string_view{number->text}));
}

// The required members that have been set.
struct Required {
  bool time = false;
  bool source = false;

  void see(std::string_view name) {
    time |= name == "time";
    source |= name == "source";
  }
  Result<SampleRecord, std::string> judge(SampleRecord record) const {
    if (!time) return Unexpected{std::string{"time: is missing"}};
    if (!source || record.source.empty()) return Unexpected{std::string{"source: is missing"}};
    return record;
  }
};

// Splits a line by RFC 4180. An error is a clause.
Result<std::vector<std::string>, std::string> split_csv(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  bool closed = false;  // after a closing quotation mark
  for (const char c : line) {
    std::string& field = fields.back();
    if (c == '"' && (quoted || closed || field.empty())) {
      if (closed) field += c;  // two of them stand for one
      closed = quoted;
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
      closed = false;
    } else if (closed || (c == '"' && !quoted)) {
      return Unexpected{std::string{"a quotation mark stands within a field"}};
    } else {
      field += c;
    }
  }
  if (quoted) return Unexpected{std::string{"a quotation mark is missing"}};
  return fields;
}

Result<std::vector<std::string>, std::string> split_row(std::string_view line) {
  if (line.size() > kLargestSampleLine) {
    return Unexpected{fmt::format("has {} bytes, more than {}", line.size(), kLargestSampleLine)};
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  return split_csv(line);
}

}  // namespace

Result<SampleRecord, std::string> to_sample(const JsonValue& value) {
  const auto* members = value.object();
  if (members == nullptr) return Unexpected{std::string{"is not a JSON object"}};
  SampleRecord record;
  Required required;
  for (const auto& [name, content] : *members) {
    const FieldReader* reader = find_reader(name);
    if (reader == nullptr) continue;
    if (auto fault = fault_of(record, *reader, content)) return Unexpected{std::move(*fault)};
    if (!content.is_null()) required.see(name);
  }
  return required.judge(std::move(record));
}

Result<SampleRecord, std::string> parse_json_sample(std::string_view line) {
  // A record's own members are not nested, but additional ones may be, to a small depth.
  constexpr JsonLimits kLimits{kLargestSampleLine, 4};
  const auto value = parse_json(line, kLimits);
  if (!value) return Unexpected{value.error()};
  return to_sample(*value);
}

Result<CsvSampleReader, std::string> CsvSampleReader::open(std::string_view header) {
  auto columns = split_row(header);
  if (!columns) return Unexpected{columns.error()};
  for (const char* needed : {"time", "source"}) {
    const auto times = std::count(columns->begin(), columns->end(), needed);
    if (times == 0) return Unexpected{fmt::format("the header has no column \"{}\"", needed)};
  }
  for (const FieldReader& reader : kReaders) {
    const auto times = std::count(columns->begin(), columns->end(), reader.name);
    if (times > 1) return Unexpected{fmt::format("the header has two columns \"{}\"", reader.name)};
  }
  return CsvSampleReader{std::move(*columns)};
}

Result<SampleRecord, std::string> CsvSampleReader::read(std::string_view row) const {
  const auto fields = split_row(row);
  if (!fields) return Unexpected{fields.error()};
  if (fields->size() != columns_.size()) {
    return Unexpected{fmt::format("has {} columns, and its header {}", fields->size(), columns_.size())};
  }
  SampleRecord record;
  Required required;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const FieldReader* reader = find_reader(columns_[i]);
    if (reader == nullptr || (*fields)[i].empty()) continue;
    if (auto fault = named(*reader, reader->set(record, (*fields)[i]))) return Unexpected{std::move(*fault)};
    required.see(reader->name);
  }
  return required.judge(std::move(record));
}

}  // namespace isletime
