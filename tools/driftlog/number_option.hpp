// SPDX-License-Identifier: MIT
// Decimal numbers on a command line, within a range: no NaN, no infinity, and nothing after the number.
#pragma once

#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tools/common/command_line.hpp"

namespace isletime::driftlog {

inline std::optional<double> parse_number(std::string_view text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (failure != std::errc{} || stop != end || !(value >= -1e15 && value <= 1e15)) return std::nullopt;
  return value;
}

// Takes a number from `least` to `most`; `what` completes "is not ...".
inline Option add_number(CommandLine& app, const char* names, std::function<void(double)> take, double least,
                         double most, const char* what, const char* help) {
  const auto is_within = [=](const std::string& text) {
    const auto number = parse_number(text);
    return number && *number >= least && *number <= most;
  };
  return app
      .add_option(
          names, [take = std::move(take)](const std::string& text) { take(*parse_number(text)); }, help)
      .check(must_be(what, is_within));
}

inline Option add_number(CommandLine& app, const char* names, double& value, double least, double most,
                         const char* what, const char* help) {
  return add_number(
      app, names, [&value](double number) { value = number; }, least, most, what, help);
}

}  // namespace isletime::driftlog
