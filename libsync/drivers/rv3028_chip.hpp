// SPDX-License-Identifier: MIT
// Drives an RV-3028-C7: libsync/core/rtc/rv3028.hpp. What it must remember without any power (trim,
// switch-over to the battery) is in its EEPROM, which is written only where it differs.
#pragma once

#include <array>

#include "libsync/drivers/rtc_chip.hpp"

namespace isletime {

class Rv3028Chip final : public RtcChip {
 public:
  Rv3028Chip(I2cBus& bus, std::uint8_t address) : RtcChip(bus, address) {}

  ChipModel model() const override { return ChipModel::kRv3028; }
  Result<RtcReading, BusError> read(const CivilDate& near) override;
  Result<std::optional<std::uint8_t>, BusError> read_second() override;
  std::optional<BusError> prepare() override;
  std::optional<BusError> set(const CivilTime& time) override;
  nanoseconds set_delay() const override;
  std::optional<TrimRange> trim_range() const override;
  Result<TrimSteps, BusError> trim() override;
  std::optional<BusError> set_trim(TrimSteps trim) override;
  Result<RegisterReport, BusError> inspect() override;
  std::optional<BusError> repair() override;

 private:
  // values: of the offset and the backup register.
  std::optional<BusError> write_eeprom(const std::array<std::uint8_t, 2>& values);
  std::optional<BusError> write_mirrors_and_eeprom(const std::array<std::uint8_t, 2>& values);
  std::optional<BusError> wait_for_eeprom();

  std::optional<std::uint8_t> prepared_control_;
};

}  // namespace isletime
