// SPDX-License-Identifier: MIT
#include "libsync/drivers/chip_mark.hpp"

#include <array>
#include <cstddef>

#include "libsync/core/rtc/rtc_fields.hpp"

namespace isletime {
namespace {

constexpr std::size_t kMostBytes = 56;

struct Kept {
  ChipModel model;
  std::uint8_t first;  // register
  std::uint8_t count;
  bool is_memory = false;
  std::array<std::uint8_t, 4> absent{};  // bits of the first registers that may read as anything

  constexpr std::uint8_t absent_of(std::size_t i) const {
    return i < absent.size() ? absent[i] : std::uint8_t{0};
  }
};

// The alarm registers of minute, hour, day and weekday lack these bits.
constexpr std::array<std::uint8_t, 4> kAbsentOfAlarm{0, 0x40, 0x40, 0x78};

// The registers that make up each model's mark, from the datasheets that libsync/core/rtc and chip_rows.hpp
// name.
constexpr std::array kKept{
    Kept{ChipModel::kDs3231, 0x07, 7},                          // alarms
    Kept{ChipModel::kDs3232, 0x07, 7},                          // alarms
    Kept{ChipModel::kDs1337, 0x07, 7},                          // alarms
    Kept{ChipModel::kDs1339, 0x07, 7},                          // alarms
    Kept{ChipModel::kMcp7940x, 0x20, kMostBytes, true},         // memory
    Kept{ChipModel::kDs1307, 0x08, kMostBytes, true},           // memory
    Kept{ChipModel::kDs1338, 0x08, kMostBytes, true},           // memory
    Kept{ChipModel::kPcf85063a, 0x03, 1, true},                 // memory
    Kept{ChipModel::kPcf85063a, 0x0b, 5},                       // alarm
    Kept{ChipModel::kPcf8523, 0x0a, 4, false, kAbsentOfAlarm},  // alarm
    Kept{ChipModel::kPcf8563, 0x09, 4, false, kAbsentOfAlarm},  // alarm
    Kept{ChipModel::kRv3028, 0x07, 3},                          // alarm
};

}  // namespace

Result<std::optional<std::uint64_t>, BusError> chip_mark(ChipModel model, I2cBus& bus, std::uint8_t address,
                                                         bool with_memory) {
  // FNV-1a, of 64 bits.
  std::uint64_t digest = 0xcbf29ce484222325;
  bool has_any = false;
  for (const Kept& kept : kKept) {
    if (kept.model != model || (kept.is_memory && !with_memory)) continue;
    std::array<std::uint8_t, kMostBytes> bytes{};
    if (const auto error =
            bus.transfer(address, Bytes{&kept.first, 1}, MutableBytes{bytes.data(), kept.count}))
      return Unexpected{*error};
    for (std::size_t i = 0; i < kept.count; ++i)
      digest = (digest ^ rtc::without(bytes[i], kept.absent_of(i))) * 0x100000001b3;
    has_any = true;
  }
  return has_any ? std::optional{digest} : std::nullopt;
}

}  // namespace isletime
