// SPDX-License-Identifier: MIT
// A clock chip behind an I2C bus, as programs and firmware see it. Nothing here waits, remembers a time or
// retries: each call is a bounded number of transactions, and the first that fails ends it.
// Datasheet of each chip: libsync/core/rtc.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "libsync/drivers/chip_oscillator.hpp"
#include "libsync/drivers/register_report.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime {

class RtcChip {
 public:
  RtcChip(const RtcChip&) = delete;
  RtcChip& operator=(const RtcChip&) = delete;
  virtual ~RtcChip() = default;

  virtual ChipModel model() const = 0;
  std::uint8_t address() const { return address_; }

  // One transaction: the time registers and what tells whether to believe them. The century is that of
  // `near`.
  virtual Result<RtcReading, BusError> read(const CivilDate& near) = 0;
  // The seconds register alone, a read so short that it finds the edge of a second. 0 to 59; absent: it
  // holds none.
  virtual Result<std::optional<std::uint8_t>, BusError> read_second() = 0;

  // Some time before set(): repairs the control registers and learns what of them set() must keep. A chip
  // whose oscillator stands is started, its time made void.
  virtual std::optional<BusError> prepare() = 0;
  // Makes the second `time` begin set_delay() after this call; the weekday is written too, and 24 hours.
  // What lets the chip pass for good again (run, integrity flag) is the last transaction: whichever of them
  // failed, the reading of a time that is not all there may not be believed. Not prepared: prepares first,
  // and is late by that. time: valid; its nanoseconds are left out.
  virtual std::optional<BusError> set(const CivilTime& time) = 0;
  // With the bus at 100 kHz, so that set() is to be called so much before the second begins.
  virtual nanoseconds set_delay() const = 0;

  // Absent: the chip has no thermometer.
  virtual Result<std::optional<MilliCelsius>, BusError> temperature() {
    return std::optional<MilliCelsius>{};
  }

  virtual const ChipOscillator& oscillator() const = 0;
  // Absent: it cannot be trimmed, and trim() and set_trim() fail.
  std::optional<TrimRange> trim_range() const { return oscillator().trim; }
  virtual Result<TrimSteps, BusError> trim() { return Unexpected{BusError::kFailed}; }
  // trim: within the range, else kFailed and nothing is written.
  virtual std::optional<BusError> set_trim(TrimSteps) { return BusError::kFailed; }

  virtual Result<RegisterReport, BusError> inspect() = 0;
  // Control registers only: never the time, never the integrity flag. A clock that was told to stop is left
  // so, as running it again would let its lost time pass for good. Writes nothing where nothing is wrong.
  virtual std::optional<BusError> repair() = 0;

 protected:
  RtcChip(I2cBus& bus, std::uint8_t address) : bus_{&bus}, address_{address} {}

  std::optional<BusError> read_registers(std::uint8_t first, MutableBytes in) {
    return bus_->transfer(address_, Bytes{&first, 1}, in);
  }
  // `bytes`: where to write, then what.
  std::optional<BusError> write_registers(Bytes bytes) { return bus_->transfer(address_, bytes, {}); }

 private:
  I2cBus* bus_;
  std::uint8_t address_;
};

}  // namespace isletime
