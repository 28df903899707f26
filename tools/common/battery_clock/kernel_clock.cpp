// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/kernel_clock.hpp"

#include <limits>

namespace isletime::battery_clock {

Fault fault_of(const SysError& error) {
  switch (error.code) {
    case EACCES:
    case EPERM:
      return {"not-permitted", "not permitted: run as root, or join the group of the device"};
    case EBUSY:
      return {"busy", "another program has it open: end that, hwclock or a daemon for instance"};
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ENOTDIR:
      return {"no-device", "there is no such device: rtcset detect lists those that there are"};
    case ENOTTY:
    case EISDIR:
      return {"not-a-clock", "it is neither an I2C bus nor a battery clock: name a /dev/i2c-N or a /dev/rtcN",
              ExitStatus::kUsage};
    case EOPNOTSUPP:
      return {"not-a-clock", "the bus can do SMBus transfers only, which is not enough"};
    case ERANGE:
      return {"out-of-range", "the chip cannot hold that", ExitStatus::kUsage};
    default:
      return {"failed", to_string(error)};
  }
}

std::string KernelClock::kind() const {
  return driver_;
}

Result<RtcReading, Fault> KernelClock::read() {
  auto reading = device_.read();
  if (!reading) return Unexpected{fault_of(reading.error())};
  return *reading;
}

// Update interrupts would not be more accurate, because they bound an edge from one side only, by the time
// when the program woke up.
Result<std::optional<std::uint8_t>, Fault> KernelClock::read_second() {
  const auto second = device_.read_second();
  if (!second) return Unexpected{fault_of(second.error())};
  return *second;
}

std::optional<Fault> KernelClock::set(const CivilTime& time) {
  if (const auto error = device_.set(time)) return fault_of(*error);
  return std::nullopt;
}

// The kernel accepts any number of parts per 10^9, and rounds it to the chip's steps.
std::optional<TrimRange> KernelClock::trim_range() {
  if (!device_.correction()) return std::nullopt;
  return TrimRange{{std::numeric_limits<std::int32_t>::min()}, {std::numeric_limits<std::int32_t>::max()}, 1};
}

Result<TrimSteps, Fault> KernelClock::trim() {
  const auto ppb = device_.correction();
  if (!ppb) return Unexpected{fault_of(ppb.error())};
  return TrimSteps{static_cast<std::int32_t>(*ppb)};
}

std::optional<Fault> KernelClock::set_trim(TrimSteps trim) {
  if (const auto error = device_.set_correction(trim.value)) return fault_of(*error);
  return std::nullopt;
}

std::optional<Fault> KernelClock::repair() {
  return Fault{
      "claimed",
      "the kernel's driver keeps the registers to itself: name the bus, as in --device /dev/i2c-1 --force",
      ExitStatus::kUsage};
}

}  // namespace isletime::battery_clock
