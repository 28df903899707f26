// SPDX-License-Identifier: MIT
// The supported clock chips, with their names for the command line.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/dialect.hpp"

namespace isletime {

enum class ChipModel : std::uint8_t {
  kDs3231,
  kDs3232,
  kDs1307,
  kDs1338,
  kDs1337,
  kDs1339,
  kDs1340,
  kMcp7940x,
  kPcf85063a,
  kPcf85063tp,
  kPcf8523,
  kPcf8563,
  kPcf2127,
  kPcf2131,
  kRv3028,
  kRv3032,
  kRv8803,
};

inline constexpr std::array kChipModels{
    ChipModel::kDs3231,    ChipModel::kDs3232,     ChipModel::kDs1307,  ChipModel::kDs1338,
    ChipModel::kDs1337,    ChipModel::kDs1339,     ChipModel::kDs1340,  ChipModel::kMcp7940x,
    ChipModel::kPcf85063a, ChipModel::kPcf85063tp, ChipModel::kPcf8523, ChipModel::kPcf8563,
    ChipModel::kPcf2127,   ChipModel::kPcf2131,    ChipModel::kRv3028,  ChipModel::kRv3032,
    ChipModel::kRv8803,
};

constexpr const char* to_string(ChipModel model) {
  switch (model) {
    case ChipModel::kDs3231:
      return "ds3231";
    case ChipModel::kDs3232:
      return "ds3232";
    case ChipModel::kDs1307:
      return "ds1307";
    case ChipModel::kDs1338:
      return "ds1338";
    case ChipModel::kDs1337:
      return "ds1337";
    case ChipModel::kDs1339:
      return "ds1339";
    case ChipModel::kDs1340:
      return "ds1340";
    case ChipModel::kMcp7940x:
      return "mcp7940x";
    case ChipModel::kPcf85063a:
      return "pcf85063a";
    case ChipModel::kPcf85063tp:
      return "pcf85063tp";
    case ChipModel::kPcf8523:
      return "pcf8523";
    case ChipModel::kPcf8563:
      return "pcf8563";
    case ChipModel::kPcf2127:
      return "pcf2127";
    case ChipModel::kPcf2131:
      return "pcf2131";
    case ChipModel::kRv3028:
      return "rv3028";
    case ChipModel::kRv3032:
      return "rv3032";
    case ChipModel::kRv8803:
      return "rv8803";
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
    case ChipModel::kDs3232:
    case ChipModel::kDs1307:
    case ChipModel::kDs1338:
    case ChipModel::kDs1337:
    case ChipModel::kDs1339:
    case ChipModel::kDs1340:
    case ChipModel::kPcf8523:
      return 0x68;
    case ChipModel::kMcp7940x:
      return 0x6f;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
    case ChipModel::kPcf8563:
    case ChipModel::kPcf2127:
    case ChipModel::kRv3032:
      return 0x51;
    case ChipModel::kPcf2131:
      return 0x53;
    case ChipModel::kRv3028:
      return 0x52;
    case ChipModel::kRv8803:
      return 0x32;
  }
  return 0;
}

}  // namespace isletime
