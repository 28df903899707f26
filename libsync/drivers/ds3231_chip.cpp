// SPDX-License-Identifier: MIT
#include "libsync/drivers/ds3231_chip.hpp"

#include <array>

#include "libsync/drivers/bus_time.hpp"
#include "libsync/drivers/time_write.hpp"

namespace isletime {

Result<RtcReading, BusError> Ds3231Chip::read(const CivilDate& near) {
  std::array<std::uint8_t, ds3231::kImageSize> image{};
  if (const auto error = read_registers(ds3231::kSeconds, image)) return Unexpected{*error};
  return ds3231::decode(image, near);
}

Result<std::optional<std::uint8_t>, BusError> Ds3231Chip::read_second() {
  std::uint8_t byte = 0;
  if (const auto error = read_registers(ds3231::kSeconds, {&byte, 1})) return Unexpected{*error};
  return rtc::decode_second(byte);
}

std::optional<BusError> Ds3231Chip::prepare() {
  prepared_status_.reset();
  if (const auto error = repair()) return error;
  std::uint8_t status = 0;
  if (const auto error = read_registers(ds3231::kStatus, {&status, 1})) return error;
  prepared_status_ = status;
  return std::nullopt;
}

std::optional<BusError> Ds3231Chip::set(const CivilTime& time) {
  if (!prepared_status_) {
    if (const auto error = prepare()) return error;
  }
  const std::array void_year{ds3231::kYear, rtc::kVoidYear};
  if (const auto error = write_registers(void_year)) return error;
  if (const auto error = write_registers(time_write(ds3231::kSeconds, ds3231::encode(time)))) return error;
  const std::array status{ds3231::kStatus, ds3231::without_stop_flag(*prepared_status_, status_settings())};
  return write_registers(status);
}

nanoseconds Ds3231Chip::set_delay() const {
  return bus_time::of_write(2) + bus_time::until_acknowledged(2);
}

Result<std::optional<MilliCelsius>, BusError> Ds3231Chip::temperature() {
  std::array<std::uint8_t, 2> bytes{};
  if (const auto error = read_registers(ds3231::kTemperature, bytes)) return Unexpected{*error};
  return std::optional{ds3231::temperature(bytes[0], bytes[1])};
}

Result<TrimSteps, BusError> Ds3231Chip::trim() {
  std::uint8_t byte = 0;
  if (const auto error = read_registers(ds3231::kAgeing, {&byte, 1})) return Unexpected{*error};
  return ds3231::trim(byte);
}

std::optional<BusError> Ds3231Chip::set_trim(TrimSteps trim) {
  if (!ds3231::kTrimRange.contains(trim)) return BusError::kFailed;
  const std::array ageing{ds3231::kAgeing, ds3231::ageing(trim)};
  if (const auto error = write_registers(ageing)) return error;
  // The new offset applies from the next conversion on, up to 64 s later unless one is requested. A request
  // is not allowed during a conversion.
  std::array<std::uint8_t, 2> bytes{};
  if (const auto error = read_registers(ds3231::kControl, bytes)) return error;
  if (rtc::has(bytes[1], ds3231::kBusy)) return std::nullopt;
  const std::array control{ds3231::kControl, rtc::with(bytes[0], ds3231::kConvert)};
  return write_registers(control);
}

Result<RegisterReport, BusError> Ds3231Chip::inspect() {
  std::array<std::uint8_t, 3> bytes{};
  if (const auto error = read_registers(ds3231::kControl, bytes)) return Unexpected{*error};
  const auto [control, status, ageing] = bytes;
  RegisterReport report;
  report.add({"Control", ds3231::kControl, control});
  report.add({"Control/Status", ds3231::kStatus, status});
  report.add({"Aging Offset", ds3231::kAgeing, ageing});
  report.find_if(rtc::has(control, ds3231::kOscillatorOffOnBattery), RegisterFault::kStopsOnBattery,
                 ds3231::kControl);
  report.find_if(rtc::has(status, ds3231::kOscillatorStopped), RegisterFault::kPowerFailed, ds3231::kStatus);
  report.find_if(rtc::has(status, rtc::without(ds3231::kAbsentOfStatus, status_settings())),
                 RegisterFault::kAbsentBits, ds3231::kStatus);
  return report;
}

std::optional<BusError> Ds3231Chip::repair() {
  std::uint8_t control = 0;
  if (const auto error = read_registers(ds3231::kControl, {&control, 1})) return error;
  if (!rtc::has(control, ds3231::kOscillatorOffOnBattery)) return std::nullopt;
  const std::array sane{ds3231::kControl, rtc::without(control, ds3231::kOscillatorOffOnBattery)};
  return write_registers(sane);
}

}  // namespace isletime
