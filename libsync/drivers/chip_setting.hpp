// SPDX-License-Identifier: MIT
// Settings of a chip that suit a board or do not, which only its owner knows: no fault, so that repair()
// leaves them alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/dialect.hpp"

namespace isletime {

enum class ChipSetting : std::uint8_t {
  kLoad,         // the capacitance that its crystal wants; a wrong one changes the rate by tens of ppm
  kClockOutput,  // of a frequency, which takes current, also from the battery
  kBackup,       // whether it switches over to its battery
};

inline constexpr std::array kChipSettings{ChipSetting::kLoad, ChipSetting::kClockOutput,
                                          ChipSetting::kBackup};

constexpr const char* to_string(ChipSetting setting) {
  switch (setting) {
    case ChipSetting::kLoad:
      return "load";
    case ChipSetting::kClockOutput:
      return "clkout";
    case ChipSetting::kBackup:
      return "backup";
  }
  return "";
}

// The load is on with the larger of its two capacitances.
constexpr const char* value_text(ChipSetting setting, bool is_on) {
  if (setting == ChipSetting::kLoad) return is_on ? "12.5pF" : "7pF";
  return is_on ? "on" : "off";
}

struct WantedSetting {
  ChipSetting setting;
  bool is_on;
};

// Parses "clkout=off".
constexpr std::optional<WantedSetting> parse_setting(std::string_view text) {
  for (const ChipSetting setting : kChipSettings) {
    const std::string_view name = to_string(setting);
    if (!text.starts_with(name) || text.size() <= name.size() || text[name.size()] != '=') continue;
    const std::string_view value = text.substr(name.size() + 1);
    for (const bool is_on : {false, true}) {
      if (value == value_text(setting, is_on)) return WantedSetting{setting, is_on};
    }
  }
  return std::nullopt;
}

// The register of a setting: the setting is off if the tested bits have the value `off_if`. A write replaces
// the masked bits, clears reserved ones, and sets those flags that a one leaves unchanged.
struct SettingField {
  ChipSetting setting;
  std::uint8_t at;
  std::uint8_t tested;
  std::uint8_t off_if;
  std::uint8_t mask;
  std::uint8_t on;
  std::uint8_t off;
  std::uint8_t zeros = 0;
  std::uint8_t ones = 0;

  constexpr bool is_on(std::uint8_t value) const { return (value & tested) != off_if; }
  constexpr std::uint8_t with(std::uint8_t value, bool wants_on) const {
    return static_cast<std::uint8_t>((value & ~(mask | zeros)) | (wants_on ? on : off) | ones);
  }
};

}  // namespace isletime
