// SPDX-License-Identifier: MIT
// A battery clock as the commands use it, either a chip on a bus or a device of a kernel driver. It counts
// whole seconds, of UTC or of local time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_setting.hpp"
#include "libsync/drivers/register_report.hpp"
#include "tools/common/battery_clock/fault.hpp"

namespace isletime::battery_clock {

class BatteryClock {
 public:
  BatteryClock() = default;
  BatteryClock(const BatteryClock&) = delete;
  BatteryClock& operator=(const BatteryClock&) = delete;
  virtual ~BatteryClock() = default;

  virtual std::string kind() const = 0;  // "ds3231"
  virtual Result<RtcReading, Fault> read() = 0;
  // Reads the second within the minute in the fastest way. Returns nothing if the register holds none.
  virtual Result<std::optional<std::uint8_t>, Fault> read_second() = 0;

  virtual std::optional<Fault> prepare() = 0;
  // Sets the time. The second that is set begins set_delay() after the call. The clock reports that its time
  // is good only if everything succeeded.
  virtual std::optional<Fault> set(const CivilTime& time) = 0;
  virtual nanoseconds set_delay() const = 0;

  virtual Result<std::optional<MilliCelsius>, Fault> temperature() = 0;
  // Returns nothing if the clock cannot be trimmed.
  virtual std::optional<TrimRange> trim_range() = 0;
  virtual Result<TrimSteps, Fault> trim() = 0;
  virtual std::optional<Fault> set_trim(TrimSteps trim) = 0;
  // Returns RtcChip::ripple(), or nothing if a kernel driver does not tell it.
  virtual Result<std::optional<Dispersion>, Fault> ripple() = 0;

  // Returns nothing if a kernel driver does not give access to the registers.
  virtual Result<std::optional<RegisterReport>, Fault> inspect() = 0;
  virtual std::optional<Fault> repair() = 0;

  // Returns those that the clock has, or none if a kernel driver does not give access to them.
  virtual Result<std::vector<WantedSetting>, Fault> settings() = 0;
  virtual std::optional<Fault> set_setting(const WantedSetting& wanted) = 0;
};

}  // namespace isletime::battery_clock
