// SPDX-License-Identifier: MIT
#include "tools/driftlog/rtc_source.hpp"

#include <utility>

#include <fmt/format.h>

#include "tools/common/battery_clock/chip_years.hpp"
#include "tools/common/battery_clock/clock_owner.hpp"
#include "tools/common/battery_clock/measurement.hpp"
#include "tools/common/battery_clock/record.hpp"
#include "tools/common/battery_clock/setting.hpp"

namespace isletime::driftlog {
namespace {

using battery_clock::ChipScale;
using battery_clock::ChosenClock;

Failure failure_of(const battery_clock::Fault& fault) {
  return {fault.name, fault.text};
}

std::optional<double> celsius(battery_clock::BatteryClock& clock) {
  const auto temperature = clock.temperature();
  if (!temperature || !*temperature) return std::nullopt;
  return (*temperature)->value / 1000.0;
}

}  // namespace

RtcSource::RtcSource(std::string name, std::string device, std::optional<std::uint8_t> address,
                     Machine& machine, battery_clock::Devices& devices, WallTime made)
    : name_(std::move(name)), machine_(machine), devices_(devices), made_(made) {
  wanted_.device = std::move(device);
  wanted_.address = address;
}

Result<ChosenClock, battery_clock::Fault> RtcSource::open() {
  return choose_clock(wanted_, devices_, machine_, battery_clock::near_date(made_));
}

Result<SampleRecord, Failure> RtcSource::measure(MonoTime) {
  const auto chosen = open();
  if (!chosen) return Unexpected{failure_of(chosen.error())};
  const auto measurement = battery_clock::measure(*chosen->clock, machine_, ChipScale::kUtc);
  if (!measurement) return Unexpected{failure_of(measurement.error())};
  const auto doubt = find_doubt(*measurement, made_);
  SampleRecord record = record_of(chosen->name, *measurement, doubt, machine_.wall_now());
  if (!record.offset) {
    return Unexpected{doubt ? failure_of(*doubt) : Failure{"failed", "it was not measured"}};
  }
  record.temperature_c = celsius(*chosen->clock);
  return record;
}

std::optional<std::string> RtcSource::set_by_system_clock(ChosenClock& chosen, const Log& log) {
  const battery_clock::SetReference reference(machine_);
  if (const auto unfit = find_unfit(reference, made_, false)) return unfit->text;
  if (const auto owner = find_owner(battery_clock::find_sntpd(std::nullopt), chosen.name)) return owner->text;
  const auto achieved =
      battery_clock::set_until_good({*chosen.clock, machine_, reference, ChipScale::kUtc, log});
  if (!achieved) return achieved.error().text;
  if (!is_good(*achieved)) return sentence_of(*achieved);
  return std::nullopt;
}

std::optional<Failure> RtcSource::set(MonoTime) {
  auto chosen = open();
  if (!chosen) return failure_of(chosen.error());
  const Log log("driftlog", Log::Level::kErrors);
  const auto complaint = set_by_system_clock(*chosen, log);
  if (!complaint) return std::nullopt;
  log.error(fmt::format("{}: {}", chosen->name, *complaint));
  return Failure{"not-set", "it was not set"};
}

}  // namespace isletime::driftlog
