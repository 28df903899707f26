// SPDX-License-Identifier: MIT
// The input of a command: its options, and the devices and clocks that it may use.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tools/common/battery_clock/chip_scale.hpp"
#include "tools/common/battery_clock/clock_choice.hpp"
#include "tools/common/battery_clock/clock_owner.hpp"
#include "tools/common/battery_clock/devices.hpp"
#include "tools/common/battery_clock/measurement.hpp"
#include "tools/common/log.hpp"
#include "tools/common/machine.hpp"
#include "tools/common/output.hpp"
#include "tools/rtcset/options.hpp"

namespace isletime::rtcset {

using battery_clock::BatteryClock;
using battery_clock::Candidate;
using battery_clock::ChipScale;
using battery_clock::ChosenClock;
using battery_clock::ClockHost;
using battery_clock::Comparison;
using battery_clock::Devices;
using battery_clock::Fault;
using battery_clock::Measurement;
using battery_clock::RunningSntpd;

struct Job {
  const Options& options;
  const Log& log;
  Output& output;
  Machine& machine;
  Devices& devices;
  MonoTime began;  // when the command was started
  WallTime made;   // the build time; a clock that shows less is wrong
  std::function<std::optional<RunningSntpd>()> find_sntpd;  // returns nothing if none is running
  std::function<Result<std::string, Fault>()> read_input;

  ChipScale scale() const { return options.is_local_time ? ChipScale::kLocalTime : ChipScale::kUtc; }
};

ExitStatus show(Job& job, ChosenClock& chosen);
ExitStatus compare(Job& job, ChosenClock& chosen);
ExitStatus set(Job& job, ChosenClock& chosen);
ExitStatus to_system(Job& job, ChosenClock& chosen);
ExitStatus check(Job& job, ChosenClock& chosen);
ExitStatus repair(Job& job, ChosenClock& chosen);
ExitStatus trim(Job& job, ChosenClock& chosen);
ExitStatus detect(Job& job);

// Says on stderr if the clock seems to keep local time, though UTC is asked for.
void name_zone(const Job& job, const std::string& name, const std::optional<Offset>& offset);

// Runs the command that the options name.
ExitStatus run(Job& job);

// Returns nothing if the clock may be written, because no running sntpd uses it or the user forces it.
std::optional<Fault> find_owner(const Job& job, const std::string& name);

// Prints one line on stderr and, if records are asked for, a record of the error.
ExitStatus report(const Job& job, const std::string& name, const Fault& fault);

}  // namespace isletime::rtcset
