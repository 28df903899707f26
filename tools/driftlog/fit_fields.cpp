// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_fields.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/plain_text.hpp"

namespace isletime::driftlog {
namespace {

// Replaces a decimal comma by a point. A number or a date with more than one of either does not parse anyway.
std::string with_point(std::string_view text) {
  std::string result{text};
  if (const auto comma = result.find(','); comma != std::string::npos) result[comma] = '.';
  return result;
}

// Parses a number of any unit as nanoseconds. Seconds and their decimals are exact.
std::optional<nanoseconds> parse_scaled(const std::string& text, double unit_s) {
  if (unit_s == 1.0) {
    const auto exact = parse_decimal_seconds(text);
    if (!exact) return std::nullopt;
    return *exact;
  }
  double value = 0.0;
  if (read_number(text, "", value) || std::abs(value * unit_s) > 2.0 * kLargestOffset) return std::nullopt;
  // Whole units are converted as integers, because a time since 1970 has more digits than a double holds.
  const double whole = std::trunc(value);
  const auto unit_ns = static_cast<std::int64_t>(std::llround(unit_s * 1e9));
  return nanoseconds{static_cast<std::int64_t>(whole) * unit_ns +
                     std::llround((value - whole) * unit_s * 1e9)};
}

}  // namespace

FieldFault split_fields(std::string_view line, char separator, std::vector<std::string_view>& fields) {
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

FieldFault read_time(std::string_view text, double unit_s, const std::optional<Zone>& zone, WallTime& time) {
  // Most times are in this form, which needs no copy.
  auto date = parse_rfc3339(text);
  const std::string plain = date ? std::string{} : with_point(text);
  if (!date) date = parse_rfc3339(plain);
  if (date) {
    time = *date;
    return std::nullopt;
  }
  if (const auto local = parse_rfc3339(plain + 'Z')) {
    if (!zone) {
      return fmt::format("time: \"{}\" names no zone: say which by --zone, as in --zone UTC",
                         shortened(text));
    }
    const auto utc = zone->utc(*local);
    if (!utc) {
      return fmt::format("time: \"{}\" {}: log in UTC, or leave such rows out by --skip-bad", shortened(text),
                         utc.error());
    }
    time = *utc;
    return std::nullopt;
  }
  if (const auto count = parse_scaled(plain, unit_s)) {
    time = WallTime{*count};
    return std::nullopt;
  }
  if (text.find_first_of("-:T") != std::string_view::npos) {
    return fmt::format("time: \"{}\" is not a time as in RFC 3339, 2026-02-03T04:05:06Z", shortened(text));
  }
  return fmt::format("time: \"{}\" is neither a time as in RFC 3339 nor seconds", shortened(text));
}

FieldFault read_number(std::string_view text, const char* name, double& value) {
  const std::string plain = text.find(',') == std::string_view::npos ? std::string{} : with_point(text);
  std::string_view digits = plain.empty() ? text : std::string_view{plain};
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  const char* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, value);
  if (failure != std::errc{} || stop != end || !std::isfinite(value)) {
    return fmt::format("{}: \"{}\" is not a number", name, shortened(text));
  }
  return std::nullopt;
}

FieldFault read_offset(std::string_view text, double unit_s, nanoseconds& offset) {
  double value = 0.0;
  if (auto fault = read_number(text, "offset", value)) return fault;
  if (std::abs(value * unit_s) > kLargestOffset)
    return fmt::format("offset: {} is more than a century", shortened(text));
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto exact = unit_s == 1.0 ? parse_decimal_seconds(with_point(text))
                                   : Result<nanoseconds, const char*>{Unexpected{""}};
  offset = exact ? *exact : nanoseconds{std::llround(value * unit_s * 1e9)};
  return std::nullopt;
}

}  // namespace isletime::driftlog
