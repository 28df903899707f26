// SPDX-License-Identifier: MIT
// One look at a chip's control registers, and their faults: they do get corrupted in the field.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "libsync/core/dialect.hpp"

namespace isletime {

enum class RegisterFault : std::uint8_t {
  kStopped,         // it was told to stop: its time is lost, and setting it starts it
  kStopsOnBattery,  // it will stop on battery
  kBackupOff,       // it will not switch over to its battery
  kBatteryLow,
  kTestMode,
  kPowerFailed,  // the integrity flag is set: its time is lost
  kAbsentBits,   // bits are set that the chip does not have
  kLumpyTrim,  // corrects by up to 2 s every two hours; trimming it again changes that, and its rate a little
};

constexpr const char* describe(RegisterFault fault) {
  switch (fault) {
    case RegisterFault::kStopped:
      return "the clock is stopped";
    case RegisterFault::kStopsOnBattery:
      return "the clock stops when the power goes";
    case RegisterFault::kBackupOff:
      return "switching over to the battery is off";
    case RegisterFault::kBatteryLow:
      return "the battery is low";
    case RegisterFault::kTestMode:
      return "the chip is in a test mode";
    case RegisterFault::kPowerFailed:
      return "the oscillator stopped or the power failed since the time was set";
    case RegisterFault::kAbsentBits:
      return "bits are set that the chip does not have";
    case RegisterFault::kLumpyTrim:
      return "its trim corrects in lumps, every two hours: rtcset trim +0 makes it smooth";
  }
  return "";
}

// Returns whether repair() can correct it. The other faults need a set, a battery or another chip.
constexpr bool is_repairable(RegisterFault fault) {
  switch (fault) {
    case RegisterFault::kStopsOnBattery:
    case RegisterFault::kBackupOff:
    case RegisterFault::kTestMode:
      return true;
    case RegisterFault::kStopped:
    case RegisterFault::kBatteryLow:
    case RegisterFault::kPowerFailed:
    case RegisterFault::kAbsentBits:
    case RegisterFault::kLumpyTrim:
      return false;
  }
  return false;
}

struct RegisterValue {
  const char* name = "";  // from the datasheet
  std::uint8_t at = 0;
  std::uint8_t value = 0;
};

struct RegisterFinding {
  RegisterFault fault{};
  std::uint8_t at = 0;  // of the register
};

class RegisterReport {
 public:
  std::span<const RegisterValue> registers() const { return {registers_.data(), register_count_}; }
  std::span<const RegisterFinding> findings() const { return {findings_.data(), finding_count_}; }

  // Values beyond the capacity, which no driver reaches, are dropped.
  void add(const RegisterValue& value) {
    if (register_count_ < registers_.size()) registers_[register_count_++] = value;
  }
  void find_if(bool is_wrong, RegisterFault fault, std::uint8_t at) {
    if (is_wrong && finding_count_ < findings_.size()) findings_[finding_count_++] = {fault, at};
  }

 private:
  std::array<RegisterValue, 8> registers_{};
  std::array<RegisterFinding, 12> findings_{};
  std::size_t register_count_ = 0;
  std::size_t finding_count_ = 0;
};

}  // namespace isletime
