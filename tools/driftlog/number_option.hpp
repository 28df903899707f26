// SPDX-License-Identifier: MIT
// Decimal numbers on a command line, within a range: no NaN, no infinity, and nothing after the number.
#pragma once

#include <charconv>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

namespace isletime::driftlog {

inline std::optional<double> parse_number(std::string_view text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (failure != std::errc{} || stop != end || !(value >= -1e15 && value <= 1e15)) return std::nullopt;
  return value;
}

// Sets `value` to a number from `least` to `most`; `what` completes "is not ...".
inline CLI::Option* add_number(CLI::App& app, const std::string& names, double& value, double least,
                               double most, const char* what, const char* help) {
  const auto is_within = [=](const std::string& text) {
    const auto number = parse_number(text);
    return number && *number >= least && *number <= most;
  };
  return app
      .add_option_function<std::string>(
          names, [&value](const std::string& text) { value = *parse_number(text); }, help)
      ->check(CLI::Validator(
          [=](std::string& text) {
            return is_within(text) ? std::string{} : '"' + text + "\" is not " + what;
          },
          ""));
}

}  // namespace isletime::driftlog
