// SPDX-License-Identifier: MIT
// What a command is given: what is asked for, and all that it may touch.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tools/common/log.hpp"
#include "tools/common/output.hpp"
#include "tools/rtcset/chip_scale.hpp"
#include "tools/rtcset/clock_choice.hpp"
#include "tools/rtcset/devices.hpp"
#include "tools/rtcset/machine.hpp"
#include "tools/rtcset/options.hpp"

namespace isletime::rtcset {

struct Job {
  const Options& options;
  const Log& log;
  Output& output;
  Machine& machine;
  Devices& devices;
  MonoTime began;  // when the command was given
  WallTime made;   // when this program was: no clock that shows less is right
  // Where an sntpd answers. Absent: none runs.
  std::function<std::optional<std::string>()> find_sntpd;
  std::function<Result<std::string, Fault>()> read_input;

  ChipScale scale() const { return options.is_local_time ? ChipScale::kLocalTime : ChipScale::kUtc; }
  CivilDate near() const { return to_civil_time(made).date; }
};

ExitStatus show(Job& job, ChosenClock& chosen);
ExitStatus compare(Job& job, ChosenClock& chosen);
ExitStatus set(Job& job, ChosenClock& chosen);
ExitStatus to_system(Job& job, ChosenClock& chosen);
ExitStatus check(Job& job, ChosenClock& chosen);
ExitStatus repair(Job& job, ChosenClock& chosen);
ExitStatus trim(Job& job, ChosenClock& chosen);
ExitStatus detect(Job& job);

// The command, whichever it is.
ExitStatus run(Job& job);

// One line on stderr.
ExitStatus report(const Job& job, const std::string& name, const Fault& fault);

}  // namespace isletime::rtcset
