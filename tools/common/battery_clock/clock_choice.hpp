// SPDX-License-Identifier: MIT
// Chooses the battery clock that was named, or the only one of the machine. A chip is identified by its
// registers, never by its address alone.
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

// The user's choice of the clock.
struct WantedClock {
  std::optional<std::string> device;  // nothing means the only one that has a clock
  std::optional<ChipModel> chip;
  std::optional<std::uint8_t> address;
  bool is_forced = false;  // bypasses a kernel driver, and accepts `chip` against the registers
};

struct ChosenClock {
  std::string name;  // "/dev/i2c-1@0x68", "/dev/rtc0"
  Clock clock;
};

// A device that may be a battery clock.
struct Candidate {
  std::string path;
  std::optional<std::uint8_t> address;  // on a bus
  std::optional<ChipModel> model;       // nothing if it is not a known one
  std::optional<Fault> fault;           // why it cannot be used
  std::string kind;                     // "ds3231"; "rtc-ds1307 1-0068"
};
std::string name_of(const Candidate& candidate);

// Finds the candidates on one path, or on all of them. It writes only register pointers.
std::vector<Candidate> find_candidates(const WantedClock& wanted, Devices& devices, Machine& machine);

// Returns the chosen clock. The text of a fault names the device.
Result<ChosenClock, Fault> choose_clock(const WantedClock& wanted, Devices& devices, Machine& machine,
                                        const CivilDate& near);

}  // namespace isletime::battery_clock
