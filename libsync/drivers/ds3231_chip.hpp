// SPDX-License-Identifier: MIT
// Drives a DS3231, or a DS3232, which adds bits to the status and memory: libsync/core/rtc/ds3231.hpp.
#pragma once

#include "libsync/core/rtc/ds3231.hpp"
#include "libsync/drivers/rtc_chip.hpp"

namespace isletime {

class Ds3231Chip final : public RtcChip {
 public:
  // Temperature changes it by 3.5 ppm. A DS3231M, which cannot be distinguished by reading it, has up to 5
  // ppm in all.
  static constexpr ChipOscillator kOscillator{.is_compensated = true,
                                              .has_thermometer = true,
                                              .tolerance_ppb = 2'000,
                                              .temperature_ppb = 3'000,
                                              .ageing_ppb = 5'000,
                                              .trim = ds3231::kTrimRange};

  // `model` is kDs3231 or kDs3232.
  Ds3231Chip(I2cBus& bus, std::uint8_t address, ChipModel model) : RtcChip(bus, address), model_{model} {}

  ChipModel model() const override { return model_; }
  const ChipOscillator& oscillator() const override { return kOscillator; }
  Result<RtcReading, BusError> read(const CivilDate& near) override;
  Result<std::optional<std::uint8_t>, BusError> read_second() override;
  std::optional<BusError> prepare() override;
  std::optional<BusError> set(const CivilTime& time) override;
  nanoseconds set_delay() const override;
  Result<std::optional<MilliCelsius>, BusError> temperature() override;
  Result<TrimSteps, BusError> trim() override;
  std::optional<BusError> set_trim(TrimSteps trim) override;
  Result<RegisterReport, BusError> inspect() override;
  std::optional<BusError> repair() override;

 private:
  // Bits of the status that read as zero in a DS3231, and are settings of a DS3232.
  std::uint8_t status_settings() const {
    return model_ == ChipModel::kDs3232 ? ds3231::kAbsentOfStatus : std::uint8_t{0};
  }

  ChipModel model_;
  std::optional<std::uint8_t> prepared_status_;
};

}  // namespace isletime
