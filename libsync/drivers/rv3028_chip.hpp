// SPDX-License-Identifier: MIT
// Drives an RV-3028-C7: libsync/core/rtc/rv3028.hpp. Its trim and its switch-over to the battery must survive
// without power, so they are in its EEPROM, which is written only if it differs.
#pragma once

#include <array>

#include "libsync/core/rtc/rv3028.hpp"
#include "libsync/drivers/rtc_chip.hpp"

namespace isletime {

class Rv3028Chip final : public RtcChip {
 public:
  // Its maker calibrates the crystal at 25 C; soldering shifts it by up to 2 ppm, and it is not compensated.
  static constexpr ChipOscillator kOscillator{.is_compensated = false,
                                              .has_thermometer = false,
                                              .tolerance_ppb = 3'000,
                                              .temperature_ppb = kForkTemperaturePpb,
                                              .ageing_ppb = kForkAgeingPpb,
                                              .trim = rv3028::kTrimRange};

  Rv3028Chip(I2cBus& bus, std::uint8_t address) : RtcChip(bus, address) {}

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

 private:
  // `values` are those of the offset and the backup register.
  std::optional<BusError> write_eeprom(const std::array<std::uint8_t, 2>& values);
  std::optional<BusError> write_eeprom_and_mirrors(const std::array<std::uint8_t, 2>& values);
  std::optional<BusError> store(const std::array<std::uint8_t, 2>& values);
  Result<std::uint8_t, BusError> read_stored(std::uint8_t at);
  std::optional<BusError> command_eeprom(std::uint8_t command);
  std::optional<BusError> wait_for_eeprom();
  // Writes again after a failure, because the chip must not stay as it is.
  std::optional<BusError> insist(Bytes bytes);

  std::optional<std::uint8_t> prepared_control_;
};

}  // namespace isletime
