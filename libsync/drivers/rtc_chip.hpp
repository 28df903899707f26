// SPDX-License-Identifier: MIT
// A clock chip on an I2C bus, as programs and firmware see it. Nothing here waits, remembers a time or
// retries: each call is a bounded number of transactions, and the first failure ends it. The chips'
// datasheets are named in libsync/core/rtc.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "libsync/drivers/chip_oscillator.hpp"
#include "libsync/drivers/chip_settings.hpp"
#include "libsync/drivers/register_report.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime {

class RtcChip {
 public:
  RtcChip(const RtcChip&) = delete;
  RtcChip& operator=(const RtcChip&) = delete;

  virtual ChipModel model() const = 0;
  std::uint8_t address() const { return address_; }

  // Reads the time registers and the integrity flags in one transaction. The century is chosen by `near`.
  virtual Result<RtcReading, BusError> read(const CivilDate& near) = 0;
  // Reads only the seconds register, which is quick enough to find the edge of a second. Returns 0 to 59, or
  // nothing if it holds no second.
  virtual Result<std::optional<std::uint8_t>, BusError> read_second() = 0;

  // Call this some time before set(): it repairs the control registers and reads those that set() must keep.
  // A chip whose oscillator has stopped is started, and its time made void.
  virtual std::optional<BusError> prepare() = 0;
  // Makes the second `time` begin set_delay() after this call; the weekday and 24-hour mode are written too.
  // The last transaction makes the chip's time valid again (run, integrity flag), so whichever of them fails,
  // an incomplete time is not believed. Without prepare(), this prepares first and is late by its duration.
  // `time` must be valid; its nanoseconds are left out.
  virtual std::optional<BusError> set(const CivilTime& time) = 0;
  // Returns how long before the second begins set() must be called, for a bus at 100 kHz.
  virtual nanoseconds set_delay() const = 0;

  // Returns nothing if the chip has no thermometer.
  virtual Result<std::optional<MilliCelsius>, BusError> temperature() {
    return std::optional<MilliCelsius>{};
  }

  virtual const ChipOscillator& oscillator() const = 0;
  // Nothing if it cannot be trimmed; trim() and set_trim() then fail.
  std::optional<TrimRange> trim_range() const { return oscillator().trim; }
  virtual Result<TrimSteps, BusError> trim() { return Unexpected{BusError::kFailed}; }
  // If `trim` is out of range, returns kFailed and writes nothing.
  virtual std::optional<BusError> set_trim(TrimSteps) { return BusError::kFailed; }
  // Returns how far the corrections of the present trim, which come in pulses, hold the clock off an even
  // pace, either way. A time that is predicted from one reading for another is uncertain by both ripples.
  virtual Result<Dispersion, BusError> ripple() { return Dispersion{}; }

  virtual Result<RegisterReport, BusError> inspect() = 0;
  // Repairs control registers only, never the time or the integrity flag. A stopped clock stays stopped,
  // since starting it would make its lost time look valid. Writes nothing if nothing is wrong.
  virtual std::optional<BusError> repair() = 0;

  std::span<const SettingField> settings() const { return settings_of(model()); }
  Result<bool, BusError> is_on(const SettingField& field) {
    std::uint8_t value = 0;
    if (const auto error = read_registers(field.at, {&value, 1})) return Unexpected{*error};
    return field.is_on(value);
  }
  // Writes nothing if it is so already.
  std::optional<BusError> set_setting(const SettingField& field, bool wants_on) {
    std::uint8_t value = 0;
    if (const auto error = read_registers(field.at, {&value, 1})) return error;
    if (field.is_on(value) == wants_on) return std::nullopt;
    return write_for_good(field.at, field.with(value, wants_on));
  }

 protected:
  // Writes a control register so that it survives a loss of power, as far as the chip's registers do.
  virtual std::optional<BusError> write_for_good(std::uint8_t at, std::uint8_t value) {
    const std::array bytes{at, value};
    return write_registers(bytes);
  }
  RtcChip(I2cBus& bus, std::uint8_t address) : bus_{&bus}, address_{address} {}
  ~RtcChip() = default;  // not virtual: a virtual one would need operator delete, and so a heap

  std::optional<BusError> read_registers(std::uint8_t first, MutableBytes in) {
    return bus_->transfer(address_, Bytes{&first, 1}, in);
  }
  // `bytes` are the register's address and the data.
  std::optional<BusError> write_registers(Bytes bytes) { return bus_->transfer(address_, bytes, {}); }

 private:
  I2cBus* bus_;
  std::uint8_t address_;
};

}  // namespace isletime
