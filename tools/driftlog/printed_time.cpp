// SPDX-License-Identifier: MIT
#include "tools/driftlog/printed_time.hpp"

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "tools/driftlog/trimmed.hpp"

namespace isletime::driftlog {
namespace {

constexpr std::string_view kDigits = "0123456789";
// The number of digits of seconds since 1970, in the years 1973 to 2262. A smaller number is not a time, and
// a larger one is in milliseconds.
constexpr std::size_t kLeastDigits = 9;
constexpr std::size_t kMostDigits = 10;
// The range is 1900 to 2200, which nanoseconds in 64 bits can represent.
constexpr WallTime kEarliest{seconds{-2'208'988'800}};
constexpr WallTime kLatest{seconds{7'258'118'400}};

std::size_t count_digits(std::string_view text) {
  const auto end = text.find_first_not_of(kDigits);
  return end == std::string_view::npos ? text.size() : end;
}

nanoseconds resolution_of(std::size_t decimals) {
  nanoseconds resolution = seconds{1};
  for (std::size_t i = 0; i < decimals && resolution > nanoseconds{1}; ++i) resolution /= 10;
  return resolution;
}

// The fraction that a date without support for %N prints.
bool is_unknown_fraction(std::string_view fraction) {
  return fraction.empty() || fraction == "%N" || fraction == "N";
}

std::optional<PrintedTime> parse_epoch(std::string_view text) {
  const std::size_t whole = count_digits(text);
  if (whole < kLeastDigits || whole > kMostDigits) return std::nullopt;
  std::size_t decimals = 0;
  if (whole < text.size()) {
    if (text[whole] != '.') return std::nullopt;
    const std::string_view fraction = text.substr(whole + 1);
    decimals = count_digits(fraction);
    if (is_unknown_fraction(fraction)) {
      text = text.substr(0, whole);
      decimals = 0;
    } else if (decimals != fraction.size()) {
      return std::nullopt;
    }
  }
  const auto since = parse_decimal_seconds(text);
  if (!since) return std::nullopt;
  return PrintedTime{WallTime{*since}, resolution_of(decimals)};
}

std::optional<PrintedTime> parse_civil(std::string_view text) {
  const auto time = parse_rfc3339(text);
  if (!time) return std::nullopt;
  const auto point = text.find('.');
  const std::size_t decimals = point == std::string_view::npos ? 0 : count_digits(text.substr(point + 1));
  return PrintedTime{*time, resolution_of(decimals)};
}

}  // namespace

std::optional<PrintedTime> parse_printed_time(std::string_view text) {
  text = trimmed(text);
  auto printed = parse_epoch(text);
  if (!printed) printed = parse_civil(text);
  if (!printed || printed->time < kEarliest || printed->time > kLatest) return std::nullopt;
  return printed;
}

}  // namespace isletime::driftlog
