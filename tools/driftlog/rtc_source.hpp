// SPDX-License-Identifier: MIT
// A battery clock, measured as rtcset measures it: by the edges of its seconds, with its temperature.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/common/log.hpp"
#include "tools/driftlog/source.hpp"
#include "tools/rtcset/clock_choice.hpp"
#include "tools/rtcset/machine.hpp"

namespace isletime::driftlog {

class RtcSource final : public Source {
 public:
  // `made`: when this program was.
  RtcSource(std::string name, std::string device, std::optional<std::uint8_t> address,
            rtcset::Machine& machine, rtcset::Devices& devices, WallTime made);

  const std::string& name() const override { return name_; }
  Result<SampleRecord, Failure> measure(MonoTime deadline) override;
  std::optional<Failure> set(MonoTime deadline) override;

 private:
  // The chip is opened each time, as it may be unplugged and come back.
  Result<rtcset::ChosenClock, rtcset::Fault> open();

  std::string name_;
  rtcset::Options options_;
  rtcset::Machine& machine_;
  rtcset::Devices& devices_;
  WallTime made_;
};

}  // namespace isletime::driftlog
