// SPDX-License-Identifier: MIT
// An NTP server, polled in the same way as by ntpprobe.
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
  // `made` is the build time.
  NtpSource(std::string name, Host host, nanoseconds timeout, WallTime made);

  const std::string& name() const override { return name_; }
  Result<SampleRecord, Failure> measure(MonoTime deadline) override;

 private:
  std::string name_;
  Host host_;
  probe::Settings settings_;
  Log log_;
  std::int8_t precision_;
  std::optional<probe::Probe> probe_;  // nothing until the name was resolved
};

}  // namespace isletime::driftlog
