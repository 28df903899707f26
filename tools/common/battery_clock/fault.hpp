// SPDX-License-Identifier: MIT
// The reason why something was not done: a word for records, a clause for people that says what to do, and
// the exit status.
#pragma once

#include <string>

#include "libsync/ports/i2c_bus.hpp"
#include "tools/common/exit_status.hpp"

namespace isletime::battery_clock {

struct Fault {
  std::string name;  // "no-acknowledge"
  std::string text;
  ExitStatus status = ExitStatus::kSystemFailed;
};

inline Fault interrupted(std::string text) {
  return {"interrupted", std::move(text), ExitStatus::kBadVerdict};
}

inline Fault fault_of(BusError error) {
  switch (error) {
    case BusError::kNoAcknowledge:
      return {"no-acknowledge", "no chip answers: is it connected, and to this bus?"};
    case BusError::kStuck:
      return {"bus-stuck", "the bus is stuck: check its wiring, or take the power from the chips on it"};
    case BusError::kShort:
      return {"short-transfer", "the bus ended a transfer too early: try again, and check its wiring"};
    case BusError::kClaimed:
      return {"claimed", "a driver of the kernel has the chip: use its /dev/rtcN, or --force to bypass it"};
    case BusError::kNotPermitted:
      return {"not-permitted", "not permitted: run as root, or join the group of the device"};
    case BusError::kAbsent:
      return {"no-device", "there is no such bus: name one with --device, or enable I2C"};
    case BusError::kFailed:
      return {"bus-failed", "the bus failed: try again, and check its wiring"};
    case BusError::kNotKept:
      return {"not-kept", "the chip did not keep what was written: its memory is worn, so replace the chip",
              ExitStatus::kBadVerdict};
  }
  return {};
}

}  // namespace isletime::battery_clock
