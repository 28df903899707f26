// SPDX-License-Identifier: MIT
// The places where a machine may have a battery clock: I2C buses, and the clocks that its kernel has drivers
// for.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "libsync/posix/i2c_dev.hpp"
#include "tools/common/battery_clock/battery_clock.hpp"

namespace isletime::battery_clock {

using Bus = std::unique_ptr<OwnedI2cBus>;
using Clock = std::unique_ptr<BatteryClock>;
using Device = std::variant<Bus, Clock>;

class Devices {
 public:
  Devices() = default;
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;
  virtual ~Devices() = default;

  // Returns the paths of all devices, buses first.
  virtual std::vector<std::string> list() = 0;
  virtual Result<Device, Fault> open(const std::string& path, I2cDev::Claims claims) = 0;
};

// The devices /dev/i2c-* and /dev/rtc*.
class DevicesOfLinux final : public Devices {
 public:
  std::vector<std::string> list() override;
  Result<Device, Fault> open(const std::string& path, I2cDev::Claims claims) override;
};

}  // namespace isletime::battery_clock
