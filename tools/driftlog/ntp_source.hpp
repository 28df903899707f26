// SPDX-License-Identifier: MIT
// An NTP server, asked as ntpprobe asks it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/common/host.hpp"
#include "tools/common/log.hpp"
#include "tools/common/probe/probe.hpp"
#include "tools/driftlog/source.hpp"

namespace isletime::driftlog {

class NtpSource final : public Source {
 public:
  // `made`: when this program was.
  NtpSource(std::string name, Host host, nanoseconds timeout, WallTime made);

  const std::string& name() const override { return name_; }
  Result<SampleRecord, Failure> measure(MonoTime deadline) override;

 private:
  std::string name_;
  Host host_;
  probe::Settings settings_;
  Log log_;
  std::int8_t precision_;
  std::optional<probe::Probe> probe_;  // absent: not resolved yet
};

}  // namespace isletime::driftlog
