// SPDX-License-Identifier: MIT
// Holds the driver of a chip whose model is known only at run time by value, without heap.
#pragma once

#include <cstdint>
#include <variant>

#include "libsync/drivers/ds1307_chip.hpp"
#include "libsync/drivers/ds3231_chip.hpp"
#include "libsync/drivers/nxp_chip.hpp"
#include "libsync/drivers/rtc_chip.hpp"
#include "libsync/drivers/rv3028_chip.hpp"
#include "libsync/drivers/table_chip.hpp"

namespace isletime {

// Drivers cannot be moved, and the bus must outlive the holder.
class RtcChipHolder {
 public:
  RtcChipHolder(ChipModel model, I2cBus& bus, std::uint8_t address);
  RtcChipHolder(const RtcChipHolder&) = delete;
  RtcChipHolder& operator=(const RtcChipHolder&) = delete;

  RtcChip& operator*() const { return *chip_; }
  RtcChip* operator->() const { return chip_; }

 private:
  std::variant<std::monostate, Ds3231Chip, Ds1307Chip, NxpChip, Rv3028Chip, TableChip> held_;
  RtcChip* chip_ = nullptr;
};

inline RtcChipHolder make_chip(ChipModel model, I2cBus& bus, std::uint8_t address) {
  return {model, bus, address};
}

}  // namespace isletime
