// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/chip_mark.hpp"

#include <array>

#include <fmt/format.h>

namespace isletime::sntpd {
namespace {

constexpr std::size_t kMostBytes = 56;

struct Kept {
  ChipModel model;
  std::uint8_t first;  // register
  std::uint8_t count;
};

// From the datasheets that libsync/core/rtc and chip_rows.hpp name.
constexpr std::array kKept{
    Kept{ChipModel::kDs3231, 0x07, 7},             // alarms
    Kept{ChipModel::kDs3232, 0x07, 7},             // alarms
    Kept{ChipModel::kDs1337, 0x07, 7},             // alarms
    Kept{ChipModel::kDs1339, 0x07, 7},             // alarms
    Kept{ChipModel::kMcp7940x, 0x20, kMostBytes},  // memory
    Kept{ChipModel::kDs1307, 0x08, kMostBytes},    // memory
    Kept{ChipModel::kDs1338, 0x08, kMostBytes},    // memory
    Kept{ChipModel::kPcf85063a, 0x03, 1},          // memory
    Kept{ChipModel::kPcf85063a, 0x0b, 5},          // alarm
    Kept{ChipModel::kPcf8523, 0x0a, 4},            // alarm
    Kept{ChipModel::kPcf8563, 0x09, 4},            // alarm
    Kept{ChipModel::kRv3028, 0x07, 3},             // alarm
};

}  // namespace

std::optional<std::string> chip_mark(ChipModel model, I2cBus& bus, std::uint8_t address) {
  // FNV-1a, of 64 bits.
  std::uint64_t digest = 0xcbf29ce484222325;
  bool has_any = false;
  for (const Kept& kept : kKept) {
    if (kept.model != model) continue;
    std::array<std::uint8_t, kMostBytes> bytes{};
    if (bus.transfer(address, Bytes{&kept.first, 1}, MutableBytes{bytes.data(), kept.count}))
      return std::nullopt;
    for (std::size_t i = 0; i < kept.count; ++i) digest = (digest ^ bytes.at(i)) * 0x100000001b3;
    has_any = true;
  }
  if (!has_any) return std::nullopt;
  return fmt::format("{:016x}", digest);
}

}  // namespace isletime::sntpd
