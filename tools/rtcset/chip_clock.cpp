// SPDX-License-Identifier: MIT
#include "tools/rtcset/chip_clock.hpp"

namespace isletime::rtcset {
namespace {

// Half a minute is where a second's number alone would no longer tell which minute is meant.
constexpr seconds kKnownFor{20};

std::optional<Fault> to_fault(std::optional<BusError> error) {
  if (!error) return std::nullopt;
  return fault_of(*error);
}

template <class T>
Result<T, Fault> or_fault(Result<T, BusError> result) {
  if (!result) return Unexpected{fault_of(result.error())};
  return *std::move(result);
}

// What ends in `shown` and is nearest to `expected`.
seconds nearest(seconds expected, std::uint8_t shown) {
  constexpr std::int64_t kMinute = 60;
  const std::int64_t difference = ((shown - expected.count()) % kMinute + kMinute) % kMinute;
  return expected + seconds{difference < kMinute / 2 ? difference : difference - kMinute};
}

}  // namespace

ChipClock::ChipClock(std::unique_ptr<I2cBus> bus, ChipModel model, std::uint8_t address,
                     const CivilDate& near)
    : bus_(std::move(bus)), chip_(make_chip(model, *bus_, address)), near_(near) {}

std::string ChipClock::kind() const {
  return to_string(chip_->model());
}

Result<RtcReading, Fault> ChipClock::read() {
  return or_fault(chip_->read(near_));
}

Result<std::optional<seconds>, Fault> ChipClock::look(MonoTime now) {
  if (known_ && elapsed(known_->at, now) < kKnownFor) {
    const auto shown = chip_->read_second();
    if (!shown) return Unexpected{fault_of(shown.error())};
    if (!*shown) return std::optional<seconds>{};
    return std::optional{
        nearest(known_->second + std::chrono::floor<seconds>(elapsed(known_->at, now)), **shown)};
  }
  const auto reading = chip_->read(near_);
  if (!reading) return Unexpected{fault_of(reading.error())};
  if (!reading->time) return std::optional<seconds>{};
  known_ = Known{seconds_since_epoch(*reading->time), now};
  return std::optional{known_->second};
}

std::optional<Fault> ChipClock::prepare() {
  known_.reset();
  return to_fault(chip_->prepare());
}

std::optional<Fault> ChipClock::set(const CivilTime& time) {
  known_.reset();
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

Result<std::optional<RegisterReport>, Fault> ChipClock::inspect() {
  const auto report = chip_->inspect();
  if (!report) return Unexpected{fault_of(report.error())};
  return std::optional{*report};
}

std::optional<Fault> ChipClock::repair() {
  return to_fault(chip_->repair());
}

}  // namespace isletime::rtcset
