// SPDX-License-Identifier: MIT
// A battery clock as the commands use it, whether its chip is spoken to or a driver of the kernel. It counts
// whole seconds of whatever scale it was set to.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"
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
  // The number of its second, by the quickest means that there is. Absent: what it shows is none.
  virtual Result<std::optional<std::uint8_t>, Fault> read_second() = 0;

  virtual std::optional<Fault> prepare() = 0;
  // The second begins set_delay() after the call. The clock passes for good only if all of it succeeded.
  virtual std::optional<Fault> set(const CivilTime& time) = 0;
  virtual nanoseconds set_delay() const = 0;

  virtual Result<std::optional<MilliCelsius>, Fault> temperature() = 0;
  // Absent: it cannot be trimmed.
  virtual std::optional<TrimRange> trim_range() = 0;
  virtual Result<TrimSteps, Fault> trim() = 0;
  virtual std::optional<Fault> set_trim(TrimSteps trim) = 0;

  // Absent: a driver keeps the registers to itself.
  virtual Result<std::optional<RegisterReport>, Fault> inspect() = 0;
  virtual std::optional<Fault> repair() = 0;
};

}  // namespace isletime::battery_clock
