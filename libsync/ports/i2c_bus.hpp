// SPDX-License-Identifier: MIT
// An I2C bus of which we are the controller: whole transactions to 7-bit addresses. An operation that takes
// too long fails; it never blocks without end.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"

namespace isletime {

enum class BusError : std::uint8_t {
  kNoAcknowledge,  // no device at the address, or it accepts no more bytes
  kStuck,          // a line is held low, or arbitration was lost for good
  kShort,          // fewer bytes transferred than requested
  kClaimed,        // another driver has the chip
  kNotPermitted,
  kAbsent,  // no such bus
  kFailed,
  kNotKept,  // the chip took the bytes, but does not hold them: no fault of the bus
};

constexpr const char* describe(BusError error) {
  switch (error) {
    case BusError::kNoAcknowledge:
      return "no acknowledge";
    case BusError::kStuck:
      return "the bus is stuck";
    case BusError::kShort:
      return "the transfer was cut short";
    case BusError::kClaimed:
      return "another driver has the chip";
    case BusError::kNotPermitted:
      return "not permitted";
    case BusError::kAbsent:
      return "no such bus";
    case BusError::kFailed:
      return "the transfer failed";
    case BusError::kNotKept:
      return "the chip did not keep what was written";
  }
  return "";
}

class I2cBus {
 public:
  I2cBus() = default;
  I2cBus(const I2cBus&) = delete;
  I2cBus& operator=(const I2cBus&) = delete;
  // Makes one transaction: writes `out` and, if `in` is not empty, reads it after a repeated start. Returns
  // nothing if every byte was acknowledged. After an error the chip may have taken any number of the bytes of
  // `out`.
  virtual std::optional<BusError> transfer(std::uint8_t address, Bytes out, MutableBytes in) = 0;

 protected:
  ~I2cBus() = default;  // not virtual: a virtual one would need operator delete, and so a heap
};

}  // namespace isletime
