// SPDX-License-Identifier: MIT
// An I2C controller in software on two open-drain lines (NXP UM10204): clock stretching up to a limit, and
// the nine clocks that free a bus whose device holds SDA low (section 3.1.16).
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime::board {

struct I2cLevels {
  bool scl;  // true: high
  bool sda;
};

// The two lines, and their timing. A board implements it by GPIO pins.
class I2cLines {
 public:
  // Releases the lines that are true, pulls the others low, waits for half a clock (5 us for 100 kHz), and
  // returns the levels that result.
  virtual I2cLevels set(I2cLevels levels) = 0;

 protected:
  ~I2cLines() = default;
};

class BitBangI2c final : public I2cBus {
 public:
  explicit BitBangI2c(I2cLines& lines) : lines_(lines) {}

  std::optional<BusError> transfer(std::uint8_t address, Bytes out, MutableBytes in) override;

 private:
  using Result = std::optional<BusError>;

  Result start();
  Result stop();
  Result free_bus();
  Result write_bytes(std::uint8_t address_byte, Bytes bytes);
  Result read_bytes(std::uint8_t address_byte, MutableBytes bytes);
  Result write_byte(std::uint8_t byte);
  Result read_byte(std::uint8_t& byte, bool is_last);
  Result clock_bit(bool out, bool& in);
  Result release_clock(bool sda, I2cLevels& levels);

  I2cLines& lines_;
};

}  // namespace isletime::board
