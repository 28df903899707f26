// SPDX-License-Identifier: MIT
#include "tests/fakes/rtc_model.hpp"

#include <algorithm>

#include "tests/fakes/rtc_model_layout.hpp"

namespace isletime::fakes {

ModelChip::ModelChip(ChipModel model, const CivilTime& time, nanoseconds now, Oscillator oscillator)
    : model_{model},
      layout_{layout_of(model)},
      oscillator_{oscillator},
      made_{now},
      advanced_{now},
      converted_{now} {
  // Both switch to their batteries by level.
  if (model_ == ChipModel::kRv3028) eeprom_[0x37] = 0x1c;
  if (model_ == ChipModel::kRv3032) eeprom_[0xc0 % eeprom_.size()] = 0x20;
  reset_registers();
  auto& flag = registers_[layout_.flag_at];
  flag = static_cast<std::uint8_t>(flag & ~layout_.flag);
  if (model_ == ChipModel::kDs1307) registers_[0] = 0;
  if (model_ == ChipModel::kPcf8523) registers_[2] = 0x00;
  if (model_ == ChipModel::kPcf8563) registers_[0] = 0x00;
  if (model_ == ChipModel::kPcf2131) registers_[2] = 0x00;
  if (model_ == ChipModel::kMcp7940x) {
    registers_[0] = 0x80;
    registers_[3] = 0x09;
  }
  show(seconds_since_epoch(time).count());
  into_second_ = nanoseconds{time.nanosecond};
}

bool ModelChip::switches_over() const {
  if (!has_battery_) return false;
  if (model_ == ChipModel::kPcf8523) return (registers_[2] & 0x40) == 0;
  if (model_ == ChipModel::kPcf2127 || model_ == ChipModel::kPcf2131) return (registers_[2] & 0xe0) != 0xe0;
  if (model_ == ChipModel::kMcp7940x) return (registers_[3] & 0x08) != 0;
  if (model_ == ChipModel::kRv3028) return (registers_[0x37] & 0x04) != 0;
  if (model_ == ChipModel::kRv3032) {
    const int mode = registers_[0xc0] & 0x30;
    return mode == 0x10 || mode == 0x20;
  }
  return true;
}

// The clock goes on after it was stopped.
void ModelChip::release() {
  constexpr nanoseconds kSomewhere{300'000'000};
  const bool is_unknown = model_ == ChipModel::kPcf2131 && !is_prescaler_clear_;
  into_second_ = is_unknown ? kSomewhere : is_nxp() ? kSecond - layout_.first_tick : nanoseconds{};
  rest_ = 0;
}

void ModelChip::refresh_mirrors() {
  if (model_ == ChipModel::kRv3028)
    std::copy(eeprom_.begin() + 0x35, eeprom_.begin() + 0x38, registers_.begin() + 0x35);
  if (model_ == ChipModel::kRv3032) std::copy_n(eeprom_.begin(), 4, registers_.begin() + 0xc0);
}

std::optional<nanoseconds> ModelChip::time_shown(nanoseconds now) {
  advance(now);
  const auto shown = seconds_shown();
  if (!shown) return std::nullopt;
  const nanoseconds length = length_of(*shown, pulses());
  return seconds{*shown} + nanoseconds{into_second_.count() * kSecond.count() / length.count()};
}

std::uint8_t ModelChip::peek(std::uint8_t at, nanoseconds now) {
  advance(now);
  return registers_[at];
}

void ModelChip::poke(std::uint8_t at, std::uint8_t value, nanoseconds now) {
  advance(now);
  registers_[at] = value;
}

void ModelChip::set_temperature(MilliCelsius temperature, nanoseconds now) {
  advance(now);
  temperature_ = temperature.value;
}

void ModelChip::set_oscillator(Oscillator oscillator, nanoseconds now) {
  advance(now);
  oscillator_ = oscillator;
}

void ModelChip::power_off(nanoseconds now) {
  advance(now);
  is_powered_ = false;
  is_lost_ = !switches_over();
  // A chip that is told to stop on battery sets its flag afterwards.
  if (!is_counting()) registers_[layout_.flag_at] |= layout_.flag;
}

void ModelChip::power_on(nanoseconds now) {
  advance(now);
  is_powered_ = true;
  if (!is_lost_) return;
  is_lost_ = false;
  reset_registers();
}

}  // namespace isletime::fakes
