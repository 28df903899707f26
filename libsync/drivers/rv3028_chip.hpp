// SPDX-License-Identifier: MIT
// Drives an RV-3028-C7: libsync/core/rtc/rv3028.hpp. Its trim and its switch-over to the battery are in its
// EEPROM.
#pragma once

#include "libsync/core/rtc/rv3028.hpp"
#include "libsync/drivers/eeprom_chip.hpp"

namespace isletime {

class Rv3028Chip final : public EepromChip {
 public:
  // Its maker calibrates the crystal at 25 C; soldering shifts it by up to 2 ppm, and it is not compensated.
  static constexpr ChipOscillator kOscillator{.is_compensated = false,
                                              .has_thermometer = false,
                                              .tolerance_ppb = 3'000,
                                              .temperature_ppb = kForkTemperaturePpb,
                                              .ageing_ppb = kForkAgeingPpb,
                                              .trim = rv3028::kTrimRange};

  Rv3028Chip(I2cBus& bus, std::uint8_t address) : EepromChip(bus, address, kEeprom) {}

  ChipModel model() const override { return ChipModel::kRv3028; }
  const ChipOscillator& oscillator() const override { return kOscillator; }
  Result<RtcReading, BusError> read(const CivilDate& near) override;
  Result<std::optional<std::uint8_t>, BusError> read_second() override;
  std::optional<BusError> prepare() override;
  std::optional<BusError> set(const CivilTime& time) override;
  nanoseconds set_delay() const override;
  Result<TrimSteps, BusError> trim() override;
  std::optional<BusError> set_trim(TrimSteps trim) override;
  Result<Dispersion, BusError> ripple() override;
  Result<RegisterReport, BusError> inspect() override;
  std::optional<BusError> repair() override;

 protected:
  // All its settings are in the EEPROM.
  std::optional<BusError> write_for_good(std::uint8_t at, std::uint8_t value) override {
    return write_eeprom(at, {&value, 1});
  }

 private:
  static constexpr Eeprom kEeprom{.control_1 = rv3028::kControl1,
                                  .busy_at = rv3028::kStatus,
                                  .busy = rv3028::kEepromBusy,
                                  .address = rv3028::kEepromAddress,
                                  .backup = rv3028::kBackup,
                                  .switch_over = rv3028::kSwitchOver,
                                  .control_zeros = rv3028::kAbsentOfControl1};

  std::optional<std::uint8_t> prepared_control_;
};

}  // namespace isletime
