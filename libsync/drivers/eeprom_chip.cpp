// SPDX-License-Identifier: MIT
#include "libsync/drivers/eeprom_chip.hpp"

#include <algorithm>
#include <array>

#include "libsync/core/rtc/rtc_fields.hpp"

namespace isletime {
namespace {

constexpr std::uint8_t kNoRefresh = 0x08;  // EERD

// Commands; a zero must precede each of an RV-3028's.
constexpr std::uint8_t kNone = 0x00;
constexpr std::uint8_t kWriteOne = 0x21;
constexpr std::uint8_t kReadOne = 0x22;

// The EEPROM takes 16 ms per byte; this many looks at its flag take 80 ms on a bus of 1 MHz, the fastest, and
// 0.8 s at 100 kHz.
constexpr int kMostLooks = 2000;

constexpr int kMostAttempts = 3;
constexpr std::size_t kMostValues = 2;

}  // namespace

std::optional<BusError> EepromChip::write_eeprom(std::uint8_t first, Bytes values) {
  std::uint8_t control_1 = 0;
  if (const auto error = read_registers(eeprom_->control_1, {&control_1, 1})) return error;
  control_1 = rtc::without(control_1, eeprom_->control_zeros);
  const std::array no_refresh{eeprom_->control_1, rtc::with(control_1, kNoRefresh)};
  const std::array as_before{eeprom_->control_1, control_1};
  auto failure = write_registers(no_refresh);
  if (!failure) failure = write_unrefreshed(first, values);
  const auto error = insist(as_before);
  return failure ? failure : error;
}

// The supply must not switch over to the battery while the EEPROM is written. The mirrors come last, so that
// they hold nothing that the EEPROM does not.
std::optional<BusError> EepromChip::write_unrefreshed(std::uint8_t first, Bytes values) {
  if (const auto error = wait()) return error;
  std::uint8_t backup = 0;
  if (const auto error = read_registers(eeprom_->backup, {&backup, 1})) return error;
  const std::array no_switch_over{eeprom_->backup, rtc::without(backup, eeprom_->switch_over)};
  const std::array switch_over{eeprom_->backup, backup};
  auto failure = write_registers(no_switch_over);
  if (!failure) failure = store(first, values);
  if (failure) {
    static_cast<void>(insist(switch_over));
    return failure;
  }
  std::array<std::uint8_t, 1 + kMostValues> mirrors{first};
  std::copy(values.begin(), values.end(), mirrors.begin() + 1);
  const auto error = insist(Bytes{mirrors}.first(1 + values.size()));
  const bool has_backup = first <= eeprom_->backup && eeprom_->backup < first + values.size();
  return error || has_backup ? error : insist(switch_over);
}

std::optional<BusError> EepromChip::store(std::uint8_t first, Bytes values) {
  std::uint8_t at = first;
  for (const std::uint8_t value : values) {
    auto stored = read_stored(at);
    if (!stored) return stored.error();
    if (*stored != value) {
      const std::array what{eeprom_->address, at, value};
      if (const auto error = write_registers(what)) return error;
      if (const auto error = command(kWriteOne)) return error;
      stored = read_stored(at);
      if (!stored) return stored.error();
      if (*stored != value) return BusError::kNotKept;
    }
    ++at;
  }
  return std::nullopt;
}

Result<std::uint8_t, BusError> EepromChip::read_stored(std::uint8_t at) {
  const std::array where{eeprom_->address, at};
  if (const auto error = write_registers(where)) return Unexpected{*error};
  if (const auto error = command(kReadOne)) return Unexpected{*error};
  std::uint8_t value = 0;
  if (const auto error = read_registers(static_cast<std::uint8_t>(eeprom_->address + 1), {&value, 1}))
    return Unexpected{*error};
  return value;
}

std::optional<BusError> EepromChip::command(std::uint8_t command) {
  for (const std::uint8_t each : {kNone, command}) {
    const std::array order{static_cast<std::uint8_t>(eeprom_->address + 2), each};
    if (const auto error = write_registers(order)) return error;
  }
  return wait();
}

std::optional<BusError> EepromChip::wait() {
  for (int looks = 0; looks < kMostLooks; ++looks) {
    std::uint8_t status = 0;
    if (const auto error = read_registers(eeprom_->busy_at, {&status, 1})) return error;
    if (!rtc::has(status, eeprom_->busy)) return std::nullopt;
  }
  return BusError::kFailed;
}

std::optional<BusError> EepromChip::insist(Bytes bytes) {
  auto error = write_registers(bytes);
  for (int failures = 1; error && failures < kMostAttempts; ++failures) error = write_registers(bytes);
  return error;
}

}  // namespace isletime
