// SPDX-License-Identifier: MIT
// Clocks whose time a program prints: a command that is run for each reading (cmd:), or a shell on another
// machine that prints the time whenever it is sent a line (ssh:), so that a reading needs no new log-in.
#pragma once

#include <string>
#include <vector>

#include "tools/driftlog/look_meter.hpp"
#include "tools/driftlog/source.hpp"

namespace isletime::driftlog {

class CommandSource final : public Source {
 public:
  CommandSource(std::string name, std::vector<std::string> words, Machine& machine)
      : name_(std::move(name)), words_(std::move(words)), machine_(machine), meter_(machine) {}

  const std::string& name() const override { return name_; }
  Result<SampleRecord, Failure> measure(MonoTime deadline) override;
  void forget() override { meter_.forget(); }

 private:
  std::string name_;
  std::vector<std::string> words_;
  Machine& machine_;
  LookMeter meter_;
};

// A host as a user gives it: "pi@192.168.4.7:2222".
struct SshHost {
  std::string destination;
  std::string port;  // empty means the default of ssh
};

class SshSource final : public Source {
 public:
  SshSource(std::string name, SshHost host, Machine& machine)
      : name_(std::move(name)), host_(std::move(host)), machine_(machine), meter_(machine) {}

  const std::string& name() const override { return name_; }
  Result<SampleRecord, Failure> measure(MonoTime deadline) override;
  void forget() override { meter_.forget(); }

 private:
  std::vector<std::string> words(MonoTime deadline) const;

  std::string name_;
  SshHost host_;
  Machine& machine_;
  LookMeter meter_;
};

}  // namespace isletime::driftlog
