// SPDX-License-Identifier: MIT
#include "libsync/drivers/table_chip.hpp"

#include <algorithm>
#include <array>

#include "libsync/drivers/bus_time.hpp"
#include "libsync/drivers/chip_rows.hpp"

namespace isletime {
namespace {

const ChipRow& row_of(ChipModel model) {
  const auto* found = std::find_if(kChipRows.begin(), kChipRows.end(),
                                   [model](const ChipRow& row) { return row.model == model; });
  return found == kChipRows.end() ? kChipRows.front() : *found;
}

constexpr std::uint8_t kYearIndex = 6;

}  // namespace

// The EEPROM of an RV-3032, which alone of these chips has one.
constexpr EepromChip::Eeprom TableChip::kEeprom{.control_1 = 0x10,
                                                .busy_at = 0x0e,
                                                .busy = 0x04,
                                                .address = 0x3d,
                                                .backup = 0xc0,
                                                .switch_over = 0x30,
                                                .control_zeros = 0};

TableChip::TableChip(I2cBus& bus, std::uint8_t address, ChipModel model)
    : EepromChip(bus, address, kEeprom), row_{&row_of(model)} {}

Result<std::uint8_t, BusError> TableChip::read_one(std::uint8_t at) {
  std::uint8_t value = 0;
  if (const auto error = read_registers(at, {&value, 1})) return Unexpected{*error};
  return value;
}

std::optional<BusError> TableChip::write_one(std::uint8_t at, std::uint8_t value) {
  const std::array bytes{at, value};
  return write_registers(bytes);
}

Result<RtcReading, BusError> TableChip::read(const CivilDate& near) {
  std::array<std::uint8_t, ChipRow::kLongestImage> buffer{};
  const auto image = MutableBytes{buffer}.first(row_->size);
  if (const auto error = read_registers(row_->first, image)) return Unexpected{*error};
  constexpr std::uint8_t kLast = 0x59;
  if (row_->is_unlatched && image[static_cast<std::size_t>(row_->seconds_at - row_->first)] == kLast) {
    if (const auto error = read_registers(row_->first, image)) return Unexpected{*error};
  }
  std::uint8_t control = 0;
  if (row_->stop.at >= row_->first) {
    control = image[static_cast<std::size_t>(row_->stop.at - row_->first)];
  } else if (const auto error = read_registers(row_->stop.at, {&control, 1})) {
    return Unexpected{*error};
  }
  return chip_row::decode(*row_, image, control, near);
}

Result<std::optional<std::uint8_t>, BusError> TableChip::read_second() {
  const auto byte = read_one(row_->seconds_at);
  if (!byte) return Unexpected{byte.error()};
  return rtc::decode_second(rtc::without(*byte, row_->beside_time[0]));
}

// A chip that is set while it runs is started first, since its crystal may take seconds. Its flag tells that
// its time is lost.
std::optional<BusError> TableChip::prepare() {
  prepared_.reset();
  if (const auto error = repair()) return error;
  const auto control = read_one(row_->stop.at);
  if (!control) return control.error();
  const auto flags = read_one(row_->lost.at);
  if (!flags) return flags.error();
  const auto weekday = read_one(static_cast<std::uint8_t>(row_->seconds_at + chip_row::weekday_index(*row_)));
  if (!weekday) return weekday.error();
  if (row_->start == SecondStart::kWithSeconds && !chip_row::is_running(*row_, *control)) {
    if (const auto error = write_one(row_->stop.at, chip_row::with_stop(*row_, *control, false)))
      return error;
  }
  prepared_ = Prepared{*control, *flags, *weekday};
  return std::nullopt;
}

std::optional<BusError> TableChip::write_time(const CivilTime& time) {
  std::array<std::uint8_t, 2 + ChipRow::kTimeSize> bytes{};
  auto to = bytes.begin();
  *to++ = static_cast<std::uint8_t>(row_->seconds_at - (row_->has_hundredths ? 1 : 0));
  if (row_->has_hundredths) *to++ = 0;
  const auto registers = chip_row::encode(*row_, time, prepared_->weekday);
  std::copy(registers.begin(), registers.end(), to);
  return write_registers(Bytes{bytes}.first(time_bytes()));
}

// A chip that is stopped shows that itself until it is released. In one that runs, the year is void until the
// rest of the time is written.
std::optional<BusError> TableChip::set(const CivilTime& time) {
  if (!prepared_) {
    if (const auto error = prepare()) return error;
  }
  if (row_->start == SecondStart::kWithSeconds) {
    const auto year = static_cast<std::uint8_t>(row_->seconds_at + kYearIndex);
    if (const auto error = write_one(year, rtc::kVoidYear)) return error;
    if (const auto error = write_time(time)) return error;
  } else {
    const bool is_short = row_->first_tick < seconds{1};
    const std::uint8_t at = row_->stop.at;
    const std::uint8_t control = prepared_->control;
    if (const auto error = write_one(at, chip_row::with_stop(*row_, control, true))) return error;
    if (row_->prescaler.bits != 0) {
      if (const auto error = write_one(row_->prescaler.at, row_->prescaler.bits)) return error;
    }
    if (const auto error = write_time(is_short ? rtc::a_second_before(time) : time)) return error;
    // If the bit that starts the clock is in the seconds register, it is written together with the seconds.
    const std::uint8_t before = at == row_->seconds_at ? rtc::encode_time(time).second : control;
    if (const auto error = write_one(at, chip_row::with_stop(*row_, before, false))) return error;
  }
  if (!has_flags()) return std::nullopt;
  return write_one(
      row_->lost.at,
      rtc::with(static_cast<std::uint8_t>(prepared_->flags & row_->flags_kept.bits), row_->flags_ones));
}

nanoseconds TableChip::set_delay() const {
  if (row_->start == SecondStart::kWithSeconds)
    return bus_time::of_write(2) + bus_time::until_acknowledged(2);
  const nanoseconds writes = bus_time::of_write(2) * (row_->prescaler.bits != 0 ? 2 : 1) +
                             bus_time::of_write(time_bytes()) + bus_time::until_acknowledged(2);
  return row_->first_tick < seconds{1} ? writes + row_->first_tick : writes;
}

Result<std::optional<MilliCelsius>, BusError> TableChip::temperature() {
  if (!row_->thermometer) return std::optional<MilliCelsius>{};
  std::array<std::uint8_t, 2> bytes{};
  if (const auto error = read_registers(*row_->thermometer, bytes)) return Unexpected{*error};
  const std::int32_t sixteenths =
      rtc::sign_extended(static_cast<std::uint32_t>(bytes[1] << 4 | bytes[0] >> 4), 12);
  return std::optional{MilliCelsius{sixteenths * 125 / 2}};
}

std::optional<BusError> TableChip::write_for_good(std::uint8_t at, std::uint8_t value) {
  const bool is_mirror = row_->mirrors_from != 0 && at >= row_->mirrors_from;
  return is_mirror ? write_eeprom(at, {&value, 1}) : write_one(at, value);
}

Result<TrimSteps, BusError> TableChip::trim() {
  if (!row_->trim) return Unexpected{BusError::kFailed};
  const auto& [at, bits] = row_->trim->where;
  const auto value = read_one(at);
  if (!value) return Unexpected{value.error()};
  return row_->trim->decode(static_cast<std::uint8_t>(*value & bits));
}

std::optional<BusError> TableChip::set_trim(TrimSteps trim) {
  if (!row_->trim || !row_->trim->range.contains(trim)) return BusError::kFailed;
  const auto& [at, bits] = row_->trim->where;
  const auto value = read_one(at);
  if (!value) return value.error();
  return write_for_good(at, rtc::with(rtc::without(*value, bits), row_->trim->encode(trim)));
}

Result<Dispersion, BusError> TableChip::ripple() {
  if (!row_->trim) return Dispersion{};
  const auto steps = trim();
  if (!steps) return Unexpected{steps.error()};
  return row_->trim->ripple(*steps);
}

Result<RegisterReport, BusError> TableChip::inspect() {
  RegisterReport report;
  for (const NamedRegister& each : row_->registers) {
    if (each.name == nullptr) continue;
    const auto value = read_one(each.at);
    if (!value) return Unexpected{value.error()};
    report.add({each.name, each.at, *value});
    for (const ControlRule& rule : row_->rules) {
      const bool is_of_it = rule.where.bits != 0 && rule.where.at == each.at;
      report.find_if(is_of_it && (*value & rule.where.bits) == rule.bad, rule.fault, each.at);
    }
  }
  const auto control = read_one(row_->stop.at);
  if (!control) return Unexpected{control.error()};
  report.find_if(!chip_row::is_running(*row_, *control), RegisterFault::kStopped, row_->stop.at);
  const auto flags = read_one(row_->lost.at);
  if (!flags) return Unexpected{flags.error()};
  report.find_if(rtc::has(*flags, row_->lost.bits), RegisterFault::kPowerFailed, row_->lost.at);
  return report;
}

std::optional<BusError> TableChip::repair() {
  for (const ControlRule& rule : row_->rules) {
    if (rule.where.bits == 0 || !is_repairable(rule.fault)) continue;
    const auto value = read_one(rule.where.at);
    if (!value) return value.error();
    if ((*value & rule.where.bits) != rule.bad) continue;
    const std::uint8_t zeros = rtc::with(chip_row::zeros_of(*row_, rule.where.at), rule.where.bits);
    const std::uint8_t sane = rtc::with(rtc::without(*value, zeros), rule.good);
    if (const auto error = write_for_good(rule.where.at, sane)) return error;
  }
  return std::nullopt;
}

}  // namespace isletime
