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

constexpr int kMostAttempts = 3;

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
  return write_eeprom(rv3028::with_trim(trim, bytes[1]));
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

// Writes the EEPROM, so that the values last, and the mirrors, so that they apply at once. Meanwhile the
// mirrors must not be refreshed from the EEPROM.
std::optional<BusError> Rv3028Chip::write_eeprom(const std::array<std::uint8_t, 2>& values) {
  std::uint8_t control_1 = 0;
  if (const auto error = read_registers(rv3028::kControl1, {&control_1, 1})) return error;
  const std::array no_refresh{rv3028::kControl1, rtc::with(control_1, rv3028::kNoRefresh)};
  const std::array as_before{rv3028::kControl1, rtc::without(control_1, rv3028::kAbsentOfControl1)};
  auto failure = write_registers(no_refresh);
  if (!failure) failure = write_eeprom_and_mirrors(values);
  const auto error = insist(as_before);
  return failure ? failure : error;
}

// The supply must not switch over to the battery while the EEPROM is written. The mirrors come last, so that
// they hold nothing that the EEPROM does not.
std::optional<BusError> Rv3028Chip::write_eeprom_and_mirrors(const std::array<std::uint8_t, 2>& values) {
  if (const auto error = wait_for_eeprom()) return error;
  std::array<std::uint8_t, 2> before{};
  if (const auto error = read_registers(rv3028::kOffset, before)) return error;
  const std::array no_switch_over{rv3028::kBackup, rtc::without(before[1], rv3028::kSwitchOver)};
  auto failure = write_registers(no_switch_over);
  if (!failure) failure = store(values);
  const auto& kept = failure ? before : values;
  const std::array mirrors{rv3028::kOffset, kept[0], kept[1]};
  const auto error = insist(mirrors);
  return failure ? failure : error;
}

// An EEPROM wears, so what is there already is not written.
std::optional<BusError> Rv3028Chip::store(const std::array<std::uint8_t, 2>& values) {
  std::uint8_t at = rv3028::kOffset;
  for (const std::uint8_t value : values) {
    auto stored = read_stored(at);
    if (!stored) return stored.error();
    if (*stored != value) {
      const std::array what{rv3028::kEepromAddress, at, value};
      if (const auto error = write_registers(what)) return error;
      if (const auto error = command_eeprom(rv3028::kWriteOne)) return error;
      stored = read_stored(at);
      if (!stored) return stored.error();
      if (*stored != value) return BusError::kNotKept;
    }
    ++at;
  }
  return std::nullopt;
}

Result<std::uint8_t, BusError> Rv3028Chip::read_stored(std::uint8_t at) {
  const std::array what{rv3028::kEepromAddress, at};
  if (const auto error = write_registers(what)) return Unexpected{*error};
  if (const auto error = command_eeprom(rv3028::kReadOne)) return Unexpected{*error};
  std::uint8_t value = 0;
  if (const auto error = read_registers(rv3028::kEepromData, {&value, 1})) return Unexpected{*error};
  return value;
}

std::optional<BusError> Rv3028Chip::command_eeprom(std::uint8_t command) {
  for (const std::uint8_t each : {std::uint8_t{0}, command}) {
    const std::array order{rv3028::kEepromCommand, each};
    if (const auto error = write_registers(order)) return error;
  }
  return wait_for_eeprom();
}

std::optional<BusError> Rv3028Chip::insist(Bytes bytes) {
  auto error = write_registers(bytes);
  for (int failures = 1; error && failures < kMostAttempts; ++failures) error = write_registers(bytes);
  return error;
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
