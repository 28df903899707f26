// SPDX-License-Identifier: MIT
#include "libsync/record/json_writer.hpp"

#include <cmath>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/sample_record.hpp"

namespace isletime {

// RFC 8259, section 7, defines the escapes.
std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string json_array(std::span<const std::string> items) {
  return fmt::format("[{}]", fmt::join(items, ","));
}

JsonWriter& JsonWriter::text(std::string_view name, std::optional<std::string_view> value) {
  return value ? raw(name, json_quoted(*value)) : *this;
}

JsonWriter& JsonWriter::time(std::string_view name, WallTime value) {
  const auto written = format_rfc3339(value);
  return text(name, std::string_view{written.data(), written.size()});
}

JsonWriter& JsonWriter::flag(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

JsonWriter& JsonWriter::count(std::string_view name, std::uint64_t value) {
  return raw(name, fmt::format("{}", value));
}

JsonWriter& JsonWriter::seconds(std::string_view name, std::optional<nanoseconds> value) {
  return value ? raw(name, seconds_text(*value)) : *this;
}

JsonWriter& JsonWriter::number(std::string_view name, std::optional<double> value, int decimals) {
  return value && std::isfinite(*value) ? raw(name, fmt::format("{:.{}f}", *value, decimals)) : *this;
}

JsonWriter& JsonWriter::raw(std::string_view name, std::string_view json) {
  members_ += fmt::format("{}{}:{}", members_.empty() ? '{' : ',', json_quoted(name), json);
  return *this;
}

}  // namespace isletime
