// SPDX-License-Identifier: MIT
// Which battery clock is meant: the one that was named, or the only one that the machine has. What a chip is,
// its registers tell, never its address alone.
#pragma once

#include "tools/rtcset/devices.hpp"
#include "tools/rtcset/machine.hpp"
#include "tools/rtcset/options.hpp"

namespace isletime::rtcset {

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
std::vector<Candidate> find_candidates(const Options& options, Devices& devices, Machine& machine);

// The fault's text names the device.
Result<ChosenClock, Fault> choose_clock(const Options& options, Devices& devices, Machine& machine,
                                        const CivilDate& near);

}  // namespace isletime::rtcset
