// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_columns.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "libsync/record/plain_text.hpp"

namespace isletime::driftlog {
namespace {

struct Unit {
  std::string_view suffix;
  double unit_s;
};
constexpr std::array<Unit, 4> kUnits{Unit{"_s", 1.0}, {"_ms", 1e-3}, {"_us", 1e-6}, {"_ns", 1e-9}};
constexpr std::array<std::string_view, 3> kScaled{"time", "offset", "uncertainty"};
constexpr std::array<std::string_view, 4> kUnitless{"time", "temperature_c", "source", "error"};

bool is_known(std::string_view name) {
  if (std::find(kUnitless.begin(), kUnitless.end(), name) != kUnitless.end()) return true;
  return std::any_of(kUnits.begin(), kUnits.end(), [name](const Unit& unit) {
    return std::any_of(kScaled.begin(), kScaled.end(), [&](std::string_view scaled) {
      return name == std::string{scaled} + std::string{unit.suffix};
    });
  });
}

// Returns the unit that a name ends with, or null if it names none.
const Unit* unit_of(std::string_view name) {
  const auto* found = std::find_if(kUnits.begin(), kUnits.end(),
                                   [name](const Unit& unit) { return name.ends_with(unit.suffix); });
  return found == kUnits.end() ? nullptr : found;
}

using Index = Result<std::optional<std::size_t>, std::string>;

Index find(const std::vector<std::string_view>& header, std::string_view ours, const ColumnNames& names) {
  const auto told = names.find(ours);
  const std::string_view theirs = told == names.end() ? ours : std::string_view{told->second};
  const auto times = std::count(header.begin(), header.end(), theirs);
  if (times > 1) return Unexpected{fmt::format("the header has two columns \"{}\"", shortened(theirs))};
  if (times == 1) {
    return std::optional{
        static_cast<std::size_t>(std::find(header.begin(), header.end(), theirs) - header.begin())};
  }
  if (told != names.end())
    return Unexpected{fmt::format("the header has no column \"{}\"", shortened(theirs))};
  return std::optional<std::size_t>{};
}

using Scaled = Result<std::optional<ScaledColumn>, std::string>;

Scaled find_scaled(const std::vector<std::string_view>& header, const std::string& what,
                   const ColumnNames& names) {
  std::optional<ScaledColumn> found;
  for (const Unit& unit : kUnits) {
    const std::string ours = what + std::string{unit.suffix};
    const auto index = find(header, ours, names);
    if (!index) return Unexpected{index.error()};
    if (!*index) continue;
    if (found)
      return Unexpected{fmt::format("it has {} in two units: say which by --column {}=...", what, ours)};
    const Unit* said = unit_of(header[**index]);
    if (said != nullptr && said->unit_s != unit.unit_s) {
      return Unexpected{
          fmt::format("its column \"{}\" is not what {} says", shortened(header[**index]), ours)};
    }
    found = ScaledColumn{**index, unit.unit_s};
  }
  if (!found && std::find(header.begin(), header.end(), what) != header.end()) {
    return Unexpected{fmt::format("its column \"{0}\" has no unit: say --column {0}_s={0}, or {0}_ms", what)};
  }
  return found;
}

// A time without a unit is a date or seconds; its column may not say otherwise.
Result<ScaledColumn, std::string> find_time(const std::vector<std::string_view>& header,
                                            const ColumnNames& names) {
  const auto plain = find(header, "time", names);
  if (!plain) return Unexpected{plain.error()};
  if (*plain) {
    const std::string_view theirs = header[**plain];
    const Unit* said = unit_of(theirs);
    if (said == nullptr || said->unit_s == 1.0) return ScaledColumn{**plain, 1.0};
    return Unexpected{
        fmt::format("its column \"{0}\" is not what time says, a date or seconds: say --column time{1}={0}",
                    shortened(theirs), said->suffix)};
  }
  const auto scaled = find_scaled(header, "time", names);
  if (!scaled) return Unexpected{scaled.error()};
  if (!*scaled) return Unexpected{std::string{"the header has no column \"time\": say --column time=..."}};
  return **scaled;
}

}  // namespace

Result<ColumnNames, std::string> parse_column_names(std::string_view text) {
  ColumnNames names;
  while (true) {
    const auto comma = text.find(',');
    const std::string_view pair = text.substr(0, comma);
    const auto sign = pair.find('=');
    if (sign == std::string_view::npos || sign + 1 == pair.size()) {
      return Unexpected{std::string{"is not OURS=THEIRS, as in time=when,offset_ms=Offset"}};
    }
    const std::string_view ours = pair.substr(0, sign);
    if (!is_known(ours)) {
      return Unexpected{
          fmt::format("\"{}\" is none of time, time_s, offset_s, uncertainty_s (or _ms, _us, _ns), "
                      "temperature_c, source, error",
                      shortened(ours))};
    }
    if (!names.emplace(ours, pair.substr(sign + 1)).second) {
      return Unexpected{fmt::format("\"{}\" is said twice", ours)};
    }
    if (comma == std::string_view::npos) return names;
    text.remove_prefix(comma + 1);
  }
}

Result<FitColumns, std::string> find_columns(const std::vector<std::string_view>& header,
                                             const ColumnNames& names) {
  const auto time = find_time(header, names);
  if (!time) return Unexpected{time.error()};
  const auto offset = find_scaled(header, "offset", names);
  if (!offset) return Unexpected{offset.error()};
  if (!*offset)
    return Unexpected{std::string{"the header has no column \"offset_s\": say --column offset_s=..."}};
  const auto uncertainty = find_scaled(header, "uncertainty", names);
  if (!uncertainty) return Unexpected{uncertainty.error()};
  FitColumns columns{time->index, **offset, *uncertainty, {}, {}, {}, header.size(), time->unit_s};
  for (const auto& [name, column] : {std::pair{"temperature_c", &FitColumns::temperature},
                                     {"source", &FitColumns::source},
                                     {"error", &FitColumns::error}}) {
    const auto index = find(header, name, names);
    if (!index) return Unexpected{index.error()};
    columns.*column = *index;
  }
  return columns;
}

}  // namespace isletime::driftlog
