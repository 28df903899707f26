// SPDX-License-Identifier: MIT
#include "libsync/drivers/ds1307_chip.hpp"

#include <array>

#include "libsync/core/rtc/ds1307.hpp"
#include "libsync/drivers/bus_time.hpp"
#include "libsync/drivers/time_write.hpp"

namespace isletime {
namespace {

constexpr std::array kVoidYear{ds1307::kYear, rtc::kVoidYear};

}  // namespace

Result<RtcReading, BusError> Ds1307Chip::read(const CivilDate& near) {
  std::array<std::uint8_t, ds1307::kImageSize> image{};
  if (const auto error = read_registers(ds1307::kSeconds, image)) return Unexpected{*error};
  if (!has_flag()) image[ds1307::kControl] = 0;
  return ds1307::decode(image, near);
}

Result<std::optional<std::uint8_t>, BusError> Ds1307Chip::read_second() {
  std::uint8_t byte = 0;
  if (const auto error = read_registers(ds1307::kSeconds, {&byte, 1})) return Unexpected{*error};
  return rtc::decode_second(rtc::without(byte, ds1307::kClockHalt));
}

// A crystal may take seconds to start, so this happens before set() too. The time is made void first, because
// CH is the DS1307's only sign that its time is lost.
std::optional<BusError> Ds1307Chip::prepare() {
  prepared_control_.reset();
  std::array<std::uint8_t, ds1307::kImageSize> image{};
  if (const auto error = read_registers(ds1307::kSeconds, image)) return error;
  if (rtc::has(image[ds1307::kSeconds], ds1307::kClockHalt)) {
    if (const auto error = write_registers(kVoidYear)) return error;
    const std::array start{ds1307::kSeconds, rtc::without(image[ds1307::kSeconds], ds1307::kClockHalt)};
    if (const auto error = write_registers(start)) return error;
  }
  prepared_control_ = image[ds1307::kControl];
  return std::nullopt;
}

std::optional<BusError> Ds1307Chip::set(const CivilTime& time) {
  if (!prepared_control_) {
    if (const auto error = prepare()) return error;
  }
  if (const auto error = write_registers(kVoidYear)) return error;
  const auto registers = time_write(ds1307::kSeconds, ds1307::encode(time));
  if (const auto error = write_registers(registers)) return error;
  if (!has_flag()) return std::nullopt;
  const std::array control{ds1307::kControl, ds1307::without_stop_flag(*prepared_control_)};
  return write_registers(control);
}

nanoseconds Ds1307Chip::set_delay() const {
  return bus_time::of_write(2) + bus_time::until_acknowledged(2);
}

Result<RegisterReport, BusError> Ds1307Chip::inspect() {
  std::array<std::uint8_t, ds1307::kImageSize> image{};
  if (const auto error = read_registers(ds1307::kSeconds, image)) return Unexpected{*error};
  const std::uint8_t control = image[ds1307::kControl];
  const std::uint8_t absent =
      has_flag() ? ds1307::kAbsentOfControl : rtc::with(ds1307::kAbsentOfControl, ds1307::kOscillatorStopped);
  RegisterReport report;
  report.add({"Seconds", ds1307::kSeconds, image[ds1307::kSeconds]});
  report.add({"Control", ds1307::kControl, control});
  report.find_if(rtc::has(image[ds1307::kSeconds], ds1307::kClockHalt), RegisterFault::kStopped,
                 ds1307::kSeconds);
  report.find_if(has_flag() && rtc::has(control, ds1307::kOscillatorStopped), RegisterFault::kPowerFailed,
                 ds1307::kControl);
  report.find_if(rtc::has(control, absent), RegisterFault::kAbsentBits, ds1307::kControl);
  return report;
}

// No value of its control register can keep it from running.
std::optional<BusError> Ds1307Chip::repair() {
  return std::nullopt;
}

}  // namespace isletime
