// SPDX-License-Identifier: MIT
// Which clock chips answer on a bus: told by their registers (where the register pointer wraps round, bits
// that read as zero), never by the address alone, as sensors and EEPROMs live there too.
// Nothing is written but register pointers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "libsync/core/result.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime {

struct Detected {
  std::uint8_t address = 0;
  // Absent: something answers, and it is no clock that is known here.
  std::optional<ChipModel> model;
  // Nothing that can be read tells them apart; the driver of `model` is right for both.
  std::optional<ChipModel> or_model;
  // Another driver has the address, so that nothing was asked there.
  bool is_claimed = false;
};

class Detections {
 public:
  std::span<const Detected> chips() const { return {chips_.data(), count_}; }
  void add(const Detected& chip) {
    if (count_ < chips_.size()) chips_[count_++] = chip;
  }

 private:
  std::array<Detected, 3> chips_{};  // one an address
  std::size_t count_ = 0;
};

inline constexpr std::array<std::uint8_t, 3> kClockAddresses{0x51, 0x52, 0x68};

// What answers at one address. Absent: nobody. Takes up to a second where only ticking tells, and up to 5 s
// (at 100 kHz) where what looks like a clock does not tick.
Result<std::optional<Detected>, BusError> detect(I2cBus& bus, std::uint8_t address);

// At all addresses of clocks.
Result<Detections, BusError> detect(I2cBus& bus);

}  // namespace isletime
