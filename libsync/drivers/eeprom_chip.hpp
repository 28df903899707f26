// SPDX-License-Identifier: MIT
// A chip of Micro Crystal's whose settings must survive without power: they are in an EEPROM, of which some
// registers are mirrors. Each midnight and after each power-on the mirrors are refreshed from it.
#pragma once

#include <cstdint>

#include "libsync/drivers/rtc_chip.hpp"

namespace isletime {

class EepromChip : public RtcChip {
 protected:
  struct Eeprom {
    std::uint8_t control_1;  // of which bit 3 keeps the mirrors from being refreshed
    std::uint8_t busy_at;
    std::uint8_t busy;
    std::uint8_t address;        // the data and the command follow it
    std::uint8_t backup;         // the mirror of the register that has the switch-over to the battery
    std::uint8_t switch_over;    // its bits
    std::uint8_t control_zeros;  // reserved bits of Control 1
  };

  EepromChip(I2cBus& bus, std::uint8_t address, const Eeprom& eeprom)
      : RtcChip(bus, address), eeprom_{&eeprom} {}
  ~EepromChip() = default;

  // Makes the mirrors from `first` on, at most two, hold the values now and for good. What is in the EEPROM
  // already is not written, because it wears. If it fails, the mirrors keep their values.
  std::optional<BusError> write_eeprom(std::uint8_t first, Bytes values);

 private:
  std::optional<BusError> write_unrefreshed(std::uint8_t first, Bytes values);
  std::optional<BusError> store(std::uint8_t first, Bytes values);
  Result<std::uint8_t, BusError> read_stored(std::uint8_t at);
  std::optional<BusError> command(std::uint8_t command);
  std::optional<BusError> wait();
  // Writes again after a failure, because the chip must not stay as it is.
  std::optional<BusError> insist(Bytes bytes);

  const Eeprom* eeprom_;
};

}  // namespace isletime
