// SPDX-License-Identifier: MIT
#include "tools/driftlog/duration.hpp"

#include <array>
#include <string_view>

#include "tools/common/command_line.hpp"
#include "tools/common/seconds_option.hpp"

namespace isletime::driftlog {

std::optional<nanoseconds> parse_duration(const std::string& text) {
  struct Unit {
    char letter;
    std::int64_t seconds;
  };
  constexpr std::array kUnits{Unit{'s', 1}, Unit{'m', 60}, Unit{'h', 3600}, Unit{'d', 86'400}};
  // Some centuries are all that nanoseconds can count.
  constexpr seconds kLongest{std::int64_t{200} * 31'556'952};
  for (const Unit& unit : kUnits) {
    if (text.empty() || text.back() != unit.letter) continue;
    const auto number = parse_seconds(std::string_view{text}.substr(0, text.size() - 1));
    if (!number || *number > kLongest / unit.seconds) return std::nullopt;
    return *number * unit.seconds;
  }
  return parse_seconds(text);
}

Check must_be_duration(nanoseconds least, const char* what) {
  return must_be(what, [=](const std::string& text) {
    const auto value = parse_duration(text);
    return value && *value >= least;
  });
}

}  // namespace isletime::driftlog
