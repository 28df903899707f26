// SPDX-License-Identifier: MIT
// The supported clock chips, with their names for the command line.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace isletime {

enum class ChipModel : std::uint8_t { kDs3231, kDs1307, kDs1338, kPcf85063a, kPcf8523, kPcf8563, kRv3028 };

inline constexpr std::array kChipModels{ChipModel::kDs3231,    ChipModel::kDs1307,  ChipModel::kDs1338,
                                        ChipModel::kPcf85063a, ChipModel::kPcf8523, ChipModel::kPcf8563,
                                        ChipModel::kRv3028};

constexpr const char* to_string(ChipModel model) {
  switch (model) {
    case ChipModel::kDs3231:
      return "ds3231";
    case ChipModel::kDs1307:
      return "ds1307";
    case ChipModel::kDs1338:
      return "ds1338";
    case ChipModel::kPcf85063a:
      return "pcf85063a";
    case ChipModel::kPcf8523:
      return "pcf8523";
    case ChipModel::kPcf8563:
      return "pcf8563";
    case ChipModel::kRv3028:
      return "rv3028";
  }
  return "";
}

constexpr std::optional<ChipModel> parse_chip_model(std::string_view text) {
  for (const ChipModel model : kChipModels) {
    if (text == to_string(model)) return model;
  }
  return std::nullopt;
}

// Each of these chips has one fixed address.
constexpr std::uint8_t default_address(ChipModel model) {
  switch (model) {
    case ChipModel::kDs3231:
    case ChipModel::kDs1307:
    case ChipModel::kDs1338:
    case ChipModel::kPcf8523:
      return 0x68;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf8563:
      return 0x51;
    case ChipModel::kRv3028:
      return 0x52;
  }
  return 0;
}

}  // namespace isletime
