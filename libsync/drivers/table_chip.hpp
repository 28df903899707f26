// SPDX-License-Identifier: MIT
// Drives the chips of libsync/drivers/chip_rows.hpp.
#pragma once

#include "libsync/drivers/chip_row.hpp"
#include "libsync/drivers/eeprom_chip.hpp"

namespace isletime {

class TableChip final : public EepromChip {
 public:
  // `model` has a row of the table.
  TableChip(I2cBus& bus, std::uint8_t address, ChipModel model);

  ChipModel model() const override { return row_->model; }
  const ChipOscillator& oscillator() const override { return row_->oscillator; }
  Result<RtcReading, BusError> read(const CivilDate& near) override;
  Result<std::optional<std::uint8_t>, BusError> read_second() override;
  std::optional<BusError> prepare() override;
  std::optional<BusError> set(const CivilTime& time) override;
  nanoseconds set_delay() const override;
  Result<std::optional<MilliCelsius>, BusError> temperature() override;
  Result<TrimSteps, BusError> trim() override;
  std::optional<BusError> set_trim(TrimSteps trim) override;
  Result<Dispersion, BusError> ripple() override;
  Result<RegisterReport, BusError> inspect() override;
  std::optional<BusError> repair() override;

 protected:
  std::optional<BusError> write_for_good(std::uint8_t at, std::uint8_t value) override;

 private:
  static const Eeprom kEeprom;

  // The registers that set() must keep: those of row.stop, of row.lost and of the weekday.
  struct Prepared {
    std::uint8_t control;
    std::uint8_t flags;
    std::uint8_t weekday;
  };

  Result<std::uint8_t, BusError> read_one(std::uint8_t at);
  std::optional<BusError> write_one(std::uint8_t at, std::uint8_t value);
  std::optional<BusError> write_time(const CivilTime& time);
  bool has_flags() const { return row_->lost.bits != 0 && row_->lost.at != row_->seconds_at; }
  std::size_t time_bytes() const { return 1 + (row_->has_hundredths ? 1 : 0) + ChipRow::kTimeSize; }

  const ChipRow* row_;
  std::optional<Prepared> prepared_;
};

}  // namespace isletime
