// SPDX-License-Identifier: MIT
#include "libsync/drivers/rv3028_chip.hpp"

#include <array>

#include "libsync/drivers/bus_time.hpp"
#include "libsync/drivers/time_write.hpp"

namespace isletime {
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
  return write_eeprom(rv3028::kOffset, rv3028::with_trim(trim, bytes[1]));
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
  std::uint8_t backup = 0;
  if (const auto error = read_registers(rv3028::kBackup, {&backup, 1})) return error;
  if (rv3028::is_backup_sane(backup)) return std::nullopt;
  const std::uint8_t sane = rv3028::sane_backup(backup);
  return write_eeprom(rv3028::kBackup, {&sane, 1});
}

}  // namespace isletime
