// SPDX-License-Identifier: MIT
// Which battery clock is meant: the one that was named, or the only one that the machine has. What a chip is,
// its registers tell, never its address alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsync/core/civil_time.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "tools/common/battery_clock/devices.hpp"
#include "tools/common/machine.hpp"

namespace isletime::battery_clock {

// What a user says of the clock that is meant.
struct WantedClock {
  std::optional<std::string> device;  // absent: the only one that has a clock
  std::optional<ChipModel> chip;
  std::optional<std::uint8_t> address;
  bool is_forced = false;  // past a driver of the kernel, and for whatever `chip` says
};

struct ChosenClock {
  std::string name;  // "/dev/i2c-1@0x68", "/dev/rtc0"
  Clock clock;
};

// What may be a battery clock, and what is known of it.
struct Candidate {
  std::string path;
  std::optional<std::uint8_t> address;  // on a bus
  std::optional<ChipModel> model;       // absent: none that is known
  std::optional<Fault> fault;           // why it cannot be used
  std::string kind;                     // "ds3231"; "rtc-ds1307 1-0068"
};
std::string name_of(const Candidate& candidate);

// Of one path, or of all that there are. Writes nothing but register pointers.
std::vector<Candidate> find_candidates(const WantedClock& wanted, Devices& devices, Machine& machine);

// The fault's text names the device.
Result<ChosenClock, Fault> choose_clock(const WantedClock& wanted, Devices& devices, Machine& machine,
                                        const CivilDate& near);

}  // namespace isletime::battery_clock
