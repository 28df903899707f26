// SPDX-License-Identifier: MIT
// Drives NXP's PCF85063A, PCF85063TP, PCF8523 and PCF8563, which are stopped, written and started again.
// Their differences are in libsync/core/rtc/pcf85063a.hpp, pcf8523.hpp and pcf8563.hpp.
#pragma once

#include "libsync/core/rtc/nxp_clock.hpp"
#include "libsync/drivers/rtc_chip.hpp"

namespace isletime {

class NxpChip final : public RtcChip {
 public:
  // Chips with an offset register, and without one.
  static constexpr ChipOscillator kTrimmed = tuning_fork(nxp::kTrimRange);
  static constexpr ChipOscillator kUntrimmed = tuning_fork(std::nullopt);

  // `model` is kPcf85063a, kPcf85063tp, kPcf8523 or kPcf8563.
  NxpChip(I2cBus& bus, std::uint8_t address, ChipModel model);

  ChipModel model() const override { return model_; }
  const ChipOscillator& oscillator() const override { return clock_->offset ? kTrimmed : kUntrimmed; }
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
  Result<std::uint8_t, BusError> read_offset();

  ChipModel model_;
  const NxpClock* clock_;
  std::optional<std::uint8_t> prepared_control_;
};

}  // namespace isletime
