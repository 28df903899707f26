// SPDX-License-Identifier: MIT
#include "libsync/record/sample_record.hpp"

#include <array>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/json_writer.hpp"

namespace isletime {
namespace {

using Text = std::optional<std::string>;
using Form = SampleField::Form;

std::string to_text(const std::string& value) {
  return value;
}
std::string to_text(WallTime value) {
  const auto written = format_rfc3339(value);
  return {written.data(), written.size()};
}
std::string to_text(nanoseconds value) {
  return seconds_text(value);
}
std::string to_text(std::uint8_t value) {
  return fmt::format("{}", value);
}
std::string to_text(double value) {
  return fmt::format("{:.2f}", value);
}
std::string to_text(bool value) {
  return value ? "true" : "false";
}

template <class T>
Text to_text(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return to_text(*value);
}

template <auto Member>
Text value_of(const SampleRecord& record) {
  return to_text(record.*Member);
}

constexpr std::array kFields{
    SampleField{"time", Form::kText, value_of<&SampleRecord::time>},
    SampleField{"source", Form::kText, value_of<&SampleRecord::source>},
    SampleField{"offset_s", Form::kLiteral, value_of<&SampleRecord::offset>},
    SampleField{"uncertainty_s", Form::kLiteral, value_of<&SampleRecord::uncertainty>},
    SampleField{"delay_s", Form::kLiteral, value_of<&SampleRecord::delay>},
    SampleField{"stratum", Form::kLiteral, value_of<&SampleRecord::stratum>},
    SampleField{"leap", Form::kLiteral, value_of<&SampleRecord::leap>},
    SampleField{"refid", Form::kText, value_of<&SampleRecord::refid>},
    SampleField{"root_delay_s", Form::kLiteral, value_of<&SampleRecord::root_delay>},
    SampleField{"root_dispersion_s", Form::kLiteral, value_of<&SampleRecord::root_dispersion>},
    SampleField{"temperature_c", Form::kLiteral, value_of<&SampleRecord::temperature_c>},
    SampleField{"zone", Form::kText, value_of<&SampleRecord::zone>},
    SampleField{"dst", Form::kLiteral, value_of<&SampleRecord::dst>},
    SampleField{"reliable", Form::kLiteral, value_of<&SampleRecord::reliable>},
    SampleField{"error", Form::kText, value_of<&SampleRecord::error>},
};

// RFC 4180 defines the quotes.
std::string csv_quoted(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::span<const SampleField> sample_fields() {
  return kFields;
}

std::string csv_header() {
  std::string line;
  for (const SampleField& field : kFields) {
    if (!line.empty()) line += ',';
    line += field.name;
  }
  return line;
}

std::string csv_row(const SampleRecord& record) {
  std::string line;
  for (const SampleField& field : kFields) {
    if (&field != kFields.begin()) line += ',';
    line += csv_quoted(field.value(record).value_or(""));
  }
  return line;
}

std::string json_line(const SampleRecord& record) {
  JsonWriter json;
  for (const SampleField& field : kFields) {
    const Text value = field.value(record);
    if (!value) continue;
    json.raw(field.name, field.form == Form::kText ? json_quoted(*value) : *value);
  }
  return json.object();
}

std::string seconds_text(nanoseconds value) {
  const auto count = value.count();
  const auto magnitude =
      count < 0 ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
  return fmt::format("{}{}.{:09}", count < 0 ? "-" : "", magnitude / 1'000'000'000,
                     magnitude % 1'000'000'000);
}

std::string reference_id_text(ReferenceId id, std::uint8_t stratum) {
  if (stratum <= 1 && is_ascii_code(id)) {
    std::string text;
    for (int i = 0; i < 4 && id.byte(i) != 0; ++i) text += static_cast<char>(id.byte(i));
    return text;
  }
  return fmt::format("{}.{}.{}.{}", id.byte(0), id.byte(1), id.byte(2), id.byte(3));
}

}  // namespace isletime
