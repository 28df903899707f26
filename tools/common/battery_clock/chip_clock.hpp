// SPDX-License-Identifier: MIT
// A battery clock whose chip is accessed over its bus.
#pragma once

#include <memory>

#include "libsync/drivers/rtc_chips.hpp"
#include "libsync/posix/owned_i2c_bus.hpp"
#include "tools/common/battery_clock/battery_clock.hpp"

namespace isletime::battery_clock {

class ChipClock final : public BatteryClock {
 public:
  // `near` tells the century.
  ChipClock(std::unique_ptr<OwnedI2cBus> bus, ChipModel model, std::uint8_t address, const CivilDate& near);

  std::string kind() const override;
  Result<RtcReading, Fault> read() override;
  Result<std::optional<std::uint8_t>, Fault> read_second() override;
  std::optional<Fault> prepare() override;
  std::optional<Fault> set(const CivilTime& time) override;
  nanoseconds set_delay() const override;
  Result<std::optional<MilliCelsius>, Fault> temperature() override;
  std::optional<TrimRange> trim_range() override;
  Result<TrimSteps, Fault> trim() override;
  std::optional<Fault> set_trim(TrimSteps trim) override;
  Result<std::optional<Dispersion>, Fault> ripple() override;
  Result<std::optional<RegisterReport>, Fault> inspect() override;
  std::optional<Fault> repair() override;
  Result<std::vector<WantedSetting>, Fault> settings() override;
  std::optional<Fault> set_setting(const WantedSetting& wanted) override;

 private:
  std::unique_ptr<OwnedI2cBus> bus_;
  RtcChipHolder chip_;
  CivilDate near_;
};

}  // namespace isletime::battery_clock
