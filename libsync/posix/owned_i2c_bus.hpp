// SPDX-License-Identifier: MIT
// An I2C bus that a program opens and owns without knowing which kind it is. The port itself cannot be
// destroyed through a pointer to it, since that would bring the heap into a device's firmware.
#pragma once

#include "libsync/ports/i2c_bus.hpp"

namespace isletime {

class OwnedI2cBus : public I2cBus {
 public:
  virtual ~OwnedI2cBus() = default;
};

}  // namespace isletime
