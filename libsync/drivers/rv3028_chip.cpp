// SPDX-License-Identifier: MIT
#include "libsync/drivers/rv3028_chip.hpp"

#include <array>

#include "libsync/drivers/bus_time.hpp"
#include "libsync/drivers/time_write.hpp"

namespace isletime {
namespace {

// The EEPROM takes 16 ms per byte; this many looks at its flag take 80 ms on a bus of 1 MHz, the fastest, and
// 0.8 s at 100 kHz.
constexpr int kMostLooksAtEeprom = 2000;

}  // namespace

Result<RtcReading, BusError> Rv3028Chip::read(const CivilDate& near) {
  std::array<std::uint8_t, rv3028::kImageSize> image{};
  if (const auto error = read_registers(rv3028::kSeconds, image)) return Unexpected{*error};
  return rv3028::decode(image, near);
}

Result<std::optional<std::uint8_t>, BusError> Rv3028Chip::read_second() {
  std::uint8_t byte = 0;
  if (const auto error = read_registers(rv3028::kSeconds, {&byte, 1})) return Unexpected{*error};
  return rtc::decode_second(byte);
}

std::optional<BusError> Rv3028Chip::prepare() {
  prepared_control_.reset();
  if (const auto error = repair()) return error;
  std::uint8_t control_2 = 0;
  if (const auto error = read_registers(rv3028::kControl2, {&control_2, 1})) return error;
  prepared_control_ = control_2;
  return std::nullopt;
}

std::optional<BusError> Rv3028Chip::set(const CivilTime& time) {
  if (!prepared_control_) {
    if (const auto error = prepare()) return error;
  }
  const std::array void_year{rv3028::kYear, rtc::kVoidYear};
  if (const auto error = write_registers(void_year)) return error;
  // This is written in both modes, so that the write of the time begins equally late.
  const std::array by_24{rv3028::kControl2, rtc::without(*prepared_control_, rv3028::kTwelveHours)};
  if (const auto error = write_registers(by_24)) return error;
  if (const auto error = write_registers(time_write(rv3028::kSeconds, rv3028::encode(time)))) return error;
  const std::array status{rv3028::kStatus, rv3028::kWithoutPowerOnReset};
  return write_registers(status);
}

nanoseconds Rv3028Chip::set_delay() const {
  return 2 * bus_time::of_write(2) + bus_time::until_acknowledged(2);
}

Result<TrimSteps, BusError> Rv3028Chip::trim() {
  std::array<std::uint8_t, 2> bytes{};
  if (const auto error = read_registers(rv3028::kOffset, bytes)) return Unexpected{*error};
  return rv3028::trim(bytes[0], bytes[1]);
}

Result<Dispersion, BusError> Rv3028Chip::ripple() {
  const auto steps = trim();
  if (!steps) return Unexpected{steps.error()};
  return rv3028::ripple(*steps);
}

std::optional<BusError> Rv3028Chip::set_trim(TrimSteps trim) {
  if (!rv3028::kTrimRange.contains(trim)) return BusError::kFailed;
  std::array<std::uint8_t, 2> bytes{};
  if (const auto error = read_registers(rv3028::kOffset, bytes)) return error;
  const auto trimmed = rv3028::with_trim(trim, bytes[1]);
  return trimmed == bytes ? std::nullopt : write_eeprom(trimmed);
}

Result<RegisterReport, BusError> Rv3028Chip::inspect() {
  std::array<std::uint8_t, 3> controls{};
  if (const auto error = read_registers(rv3028::kStatus, controls)) return Unexpected{*error};
  std::array<std::uint8_t, 2> mirrors{};
  if (const auto error = read_registers(rv3028::kOffset, mirrors)) return Unexpected{*error};
  const auto [status, control_1, control_2] = controls;
  RegisterReport report;
  report.add({"Status", rv3028::kStatus, status});
  report.add({"Control 1", rv3028::kControl1, control_1});
  report.add({"Control 2", rv3028::kControl2, control_2});
  report.add({"EEPROM Offset", rv3028::kOffset, mirrors[0]});
  report.add({"EEPROM Backup", rv3028::kBackup, mirrors[1]});
  report.find_if(rtc::has(status, rv3028::kPowerOnReset), RegisterFault::kPowerFailed, rv3028::kStatus);
  report.find_if(rtc::has(control_1, rv3028::kAbsentOfControl1), RegisterFault::kAbsentBits,
                 rv3028::kControl1);
  report.find_if(!rv3028::is_backup_sane(mirrors[1]), RegisterFault::kBackupOff, rv3028::kBackup);
  return report;
}

std::optional<BusError> Rv3028Chip::repair() {
  std::array<std::uint8_t, 2> mirrors{};
  if (const auto error = read_registers(rv3028::kOffset, mirrors)) return error;
  if (rv3028::is_backup_sane(mirrors[1])) return std::nullopt;
  return write_eeprom({mirrors[0], rv3028::sane_backup(mirrors[1])});
}

// Writes the mirrors, so that the values apply at once, and the EEPROM, so that they last; meanwhile the
// mirrors must not be refreshed from the EEPROM.
std::optional<BusError> Rv3028Chip::write_eeprom(const std::array<std::uint8_t, 2>& values) {
  std::uint8_t control_1 = 0;
  if (const auto error = read_registers(rv3028::kControl1, {&control_1, 1})) return error;
  const std::array no_refresh{rv3028::kControl1, rtc::with(control_1, rv3028::kNoRefresh)};
  if (const auto error = write_registers(no_refresh)) return error;
  const auto failure = write_mirrors_and_eeprom(values);
  const std::array as_before{rv3028::kControl1, control_1};
  const auto error = write_registers(as_before);
  return failure ? failure : error;
}

std::optional<BusError> Rv3028Chip::write_mirrors_and_eeprom(const std::array<std::uint8_t, 2>& values) {
  if (const auto error = wait_for_eeprom()) return error;
  const std::array mirrors{rv3028::kOffset, values[0], values[1]};
  if (const auto error = write_registers(mirrors)) return error;
  std::uint8_t at = rv3028::kOffset;
  for (const std::uint8_t value : values) {
    const std::array what{rv3028::kEepromAddress, at++, value};
    if (const auto error = write_registers(what)) return error;
    for (const std::uint8_t command : {std::uint8_t{0}, rv3028::kWriteOne}) {
      const std::array order{rv3028::kEepromCommand, command};
      if (const auto error = write_registers(order)) return error;
    }
    if (const auto error = wait_for_eeprom()) return error;
  }
  return std::nullopt;
}

std::optional<BusError> Rv3028Chip::wait_for_eeprom() {
  for (int looks = 0; looks < kMostLooksAtEeprom; ++looks) {
    std::uint8_t status = 0;
    if (const auto error = read_registers(rv3028::kStatus, {&status, 1})) return error;
    if (!rtc::has(status, rv3028::kEepromBusy)) return std::nullopt;
  }
  return BusError::kFailed;
}

}  // namespace isletime
