// SPDX-License-Identifier: MIT
// A battery clock that a kernel driver offers as /dev/rtcN.
#pragma once

#include "libsync/posix/dev_rtc.hpp"
#include "tools/common/battery_clock/battery_clock.hpp"

namespace isletime::battery_clock {

class KernelClock final : public BatteryClock {
 public:
  // `driver` is the kernel's name of the driver, for people.
  KernelClock(DevRtc device, std::string driver) : device_(std::move(device)), driver_(std::move(driver)) {}

  std::string kind() const override;
  Result<RtcReading, Fault> read() override;
  Result<std::optional<std::uint8_t>, Fault> read_second() override;
  std::optional<Fault> prepare() override { return std::nullopt; }
  std::optional<Fault> set(const CivilTime& time) override;
  // The kernel does not report the delay; it is measured after the first set.
  nanoseconds set_delay() const override { return nanoseconds::zero(); }
  Result<std::optional<MilliCelsius>, Fault> temperature() override { return std::optional<MilliCelsius>{}; }
  std::optional<TrimRange> trim_range() override;
  Result<TrimSteps, Fault> trim() override;
  std::optional<Fault> set_trim(TrimSteps trim) override;
  Result<std::optional<Dispersion>, Fault> ripple() override { return std::optional<Dispersion>{}; }
  Result<std::optional<RegisterReport>, Fault> inspect() override { return std::optional<RegisterReport>{}; }
  std::optional<Fault> repair() override;
  Result<std::vector<WantedSetting>, Fault> settings() override { return std::vector<WantedSetting>{}; }
  std::optional<Fault> set_setting(const WantedSetting&) override { return repair(); }

 private:
  DevRtc device_;
  std::string driver_;
};

Fault fault_of(const SysError& error);

}  // namespace isletime::battery_clock
