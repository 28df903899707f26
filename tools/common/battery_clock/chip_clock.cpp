// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/chip_clock.hpp"

namespace isletime::battery_clock {
namespace {

std::optional<Fault> to_fault(std::optional<BusError> error) {
  if (!error) return std::nullopt;
  return fault_of(*error);
}

template <class T>
Result<T, Fault> or_fault(Result<T, BusError> result) {
  if (!result) return Unexpected{fault_of(result.error())};
  return *std::move(result);
}

}  // namespace

ChipClock::ChipClock(std::unique_ptr<OwnedI2cBus> bus, ChipModel model, std::uint8_t address,
                     const CivilDate& near)
    : bus_(std::move(bus)), chip_(make_chip(model, *bus_, address)), near_(near) {}

std::string ChipClock::kind() const {
  return to_string(chip_->model());
}

Result<RtcReading, Fault> ChipClock::read() {
  return or_fault(chip_->read(near_));
}

Result<std::optional<std::uint8_t>, Fault> ChipClock::read_second() {
  return or_fault(chip_->read_second());
}

std::optional<Fault> ChipClock::prepare() {
  return to_fault(chip_->prepare());
}

std::optional<Fault> ChipClock::set(const CivilTime& time) {
  return to_fault(chip_->set(time));
}

nanoseconds ChipClock::set_delay() const {
  return chip_->set_delay();
}

Result<std::optional<MilliCelsius>, Fault> ChipClock::temperature() {
  return or_fault(chip_->temperature());
}

std::optional<TrimRange> ChipClock::trim_range() {
  return chip_->trim_range();
}

Result<TrimSteps, Fault> ChipClock::trim() {
  return or_fault(chip_->trim());
}

std::optional<Fault> ChipClock::set_trim(TrimSteps trim) {
  return to_fault(chip_->set_trim(trim));
}

Result<std::optional<Dispersion>, Fault> ChipClock::ripple() {
  const auto ripple = chip_->ripple();
  if (!ripple) return Unexpected{fault_of(ripple.error())};
  return std::optional{*ripple};
}

Result<std::optional<RegisterReport>, Fault> ChipClock::inspect() {
  const auto report = chip_->inspect();
  if (!report) return Unexpected{fault_of(report.error())};
  return std::optional{*report};
}

std::optional<Fault> ChipClock::repair() {
  return to_fault(chip_->repair());
}

Result<std::vector<WantedSetting>, Fault> ChipClock::settings() {
  std::vector<WantedSetting> settings;
  for (const SettingField& field : chip_->settings()) {
    const auto is_on = chip_->is_on(field);
    if (!is_on) return Unexpected{fault_of(is_on.error())};
    settings.push_back({field.setting, *is_on});
  }
  return settings;
}

std::optional<Fault> ChipClock::set_setting(const WantedSetting& wanted) {
  for (const SettingField& field : chip_->settings()) {
    if (field.setting == wanted.setting) return to_fault(chip_->set_setting(field, wanted.is_on));
  }
  return Fault{"no-setting", "a " + kind() + " has no setting " + to_string(wanted.setting),
               ExitStatus::kUsage};
}

}  // namespace isletime::battery_clock
