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
#include "tools/rtcset/surroundings.hpp"

namespace isletime::rtcset {

struct Job {
  const Options& options;
  const Log& log;
  Output& output;
  Machine& machine;
  Devices& devices;
  MonoTime began;  // when the command was given
  WallTime made;   // when this program was: no clock that shows less is right
  std::function<std::optional<RunningSntpd>()> find_sntpd;  // absent: none runs
  std::function<Result<std::string, Fault>()> read_input;

  ChipScale scale() const { return options.is_local_time ? ChipScale::kLocalTime : ChipScale::kUtc; }
  // Chips count leap years from 2000 to 2099, and so do the kernel's drivers.
  CivilDate near() const {
    constexpr CivilDate kMiddle{.year = 2050, .month = 1, .day = 1};
    const CivilDate date = to_civil_time(made).date;
    return date.year > kMiddle.year ? date : kMiddle;
  }
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

// Absent: the clock may be written, as no sntpd that runs has it.
std::optional<Fault> find_owner(const Job& job, const std::string& name);

// One line on stderr, and where records are asked for, one of its error.
ExitStatus report(const Job& job, const std::string& name, const Fault& fault);

}  // namespace isletime::rtcset
