// SPDX-License-Identifier: MIT
// Drives a DS1307 or a DS1338, which adds an oscillator stop flag: libsync/core/rtc/ds1307.hpp. The DS1338's
// driver also suits a DS1307, whose flag bit reads as zero.
#pragma once

#include "libsync/drivers/rtc_chip.hpp"

namespace isletime {

class Ds1307Chip final : public RtcChip {
 public:
  static constexpr ChipOscillator kOscillator = tuning_fork(std::nullopt);

  // `model` is kDs1307 or kDs1338.
  Ds1307Chip(I2cBus& bus, std::uint8_t address, ChipModel model) : RtcChip(bus, address), model_{model} {}

  ChipModel model() const override { return model_; }
  const ChipOscillator& oscillator() const override { return kOscillator; }
  Result<RtcReading, BusError> read(const CivilDate& near) override;
  Result<std::optional<std::uint8_t>, BusError> read_second() override;
  std::optional<BusError> prepare() override;
  std::optional<BusError> set(const CivilTime& time) override;
  nanoseconds set_delay() const override;
  Result<RegisterReport, BusError> inspect() override;
  std::optional<BusError> repair() override;

 private:
  bool has_flag() const { return model_ == ChipModel::kDs1338; }

  ChipModel model_;
  std::optional<std::uint8_t> prepared_control_;
};

}  // namespace isletime
