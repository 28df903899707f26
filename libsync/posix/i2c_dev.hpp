// SPDX-License-Identifier: MIT
// An I2C bus as Linux's /dev/i2c-N, for whole transactions (I2C_RDWR). Unless told otherwise, it does not
// touch a chip that a kernel driver holds. A transfer takes no longer than the adapter's timeout, mostly 1 s,
// which is not changed: like the number of retries, it belongs to all who use the bus.
#pragma once

#include <memory>
#include <string>

#include "libsync/posix/fd.hpp"
#include "libsync/posix/owned_i2c_bus.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

class I2cDev final : public OwnedI2cBus {
 public:
  enum class Claims : std::uint8_t { kRespected, kIgnored };

  // Fails with ENOTTY if it is no I2C bus, and with EOPNOTSUPP if it supports SMBus transfers only.
  static Result<std::unique_ptr<I2cDev>, SysError> open(const std::string& path, Claims claims);

  I2cDev(Fd device, Claims claims) : device_(std::move(device)), claims_(claims) {}

  std::optional<BusError> transfer(std::uint8_t address, Bytes out, MutableBytes in) override;

 private:
  Fd device_;
  Claims claims_;
};

// Converts the kernel's errno (Documentation/i2c/fault-codes.rst).
BusError to_bus_error(int code);

}  // namespace isletime
