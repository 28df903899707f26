// SPDX-License-Identifier: MIT
// A battery clock, measured in the same way as by rtcset: by the edges of its seconds, with its temperature.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/common/battery_clock/clock_choice.hpp"
#include "tools/common/log.hpp"
#include "tools/common/machine.hpp"
#include "tools/driftlog/source.hpp"

namespace isletime::driftlog {

class RtcSource final : public Source {
 public:
  // `made` is the build time.
  RtcSource(std::string name, std::string device, std::optional<std::uint8_t> address, Machine& machine,
            battery_clock::Devices& devices, WallTime made);

  const std::string& name() const override { return name_; }
  Result<SampleRecord, Failure> measure(MonoTime deadline) override;
  std::optional<Failure> set(MonoTime deadline) override;

 private:
  // The chip is opened each time, because it may be unplugged and connected again.
  Result<battery_clock::ChosenClock, battery_clock::Fault> open();
  // Returns why the clock was not set, or nothing if it was.
  std::optional<std::string> set_by_system_clock(battery_clock::ChosenClock& chosen, const Log& log);

  std::string name_;
  battery_clock::WantedClock wanted_;
  Machine& machine_;
  battery_clock::Devices& devices_;
  WallTime made_;
};

}  // namespace isletime::driftlog
