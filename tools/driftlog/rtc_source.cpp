// SPDX-License-Identifier: MIT
#include "tools/driftlog/rtc_source.hpp"

#include <utility>

#include "tools/rtcset/job.hpp"
#include "tools/rtcset/measurement.hpp"
#include "tools/rtcset/surroundings.hpp"
#include "tools/rtcset/words.hpp"

namespace isletime::driftlog {
namespace {

// As rtcset::Job::near(): chips count leap years from 2000 to 2099.
constexpr CivilDate kMiddle{.year = 2050, .month = 1, .day = 1};

Failure failure_of(const rtcset::Fault& fault) {
  return {fault.name, fault.text};
}

std::optional<double> celsius(rtcset::BatteryClock& clock) {
  const auto temperature = clock.temperature();
  if (!temperature || !*temperature) return std::nullopt;
  return (*temperature)->value / 1000.0;
}

}  // namespace

RtcSource::RtcSource(std::string name, std::string device, std::optional<std::uint8_t> address,
                     rtcset::Machine& machine, rtcset::Devices& devices, WallTime made)
    : name_(std::move(name)), machine_(machine), devices_(devices), made_(made) {
  options_.device = std::move(device);
  options_.address = address;
  // The messages that rtcset would print beside the records.
  options_.level = Log::Level::kErrors;
}

Result<rtcset::ChosenClock, rtcset::Fault> RtcSource::open() {
  return rtcset::choose_clock(options_, devices_, machine_, kMiddle);
}

Result<SampleRecord, Failure> RtcSource::measure(MonoTime) {
  const auto chosen = open();
  if (!chosen) return Unexpected{failure_of(chosen.error())};
  const auto measurement = rtcset::measure(*chosen->clock, machine_, rtcset::ChipScale::kUtc);
  if (!measurement) return Unexpected{failure_of(measurement.error())};
  const auto doubt = rtcset::find_doubt(*measurement, made_);
  SampleRecord record = rtcset::record_of(chosen->name, *measurement, doubt, machine_.wall_now());
  if (!record.offset) {
    return Unexpected{doubt ? failure_of(*doubt) : Failure{"failed", "it was not measured"}};
  }
  record.temperature_c = celsius(*chosen->clock);
  return record;
}

std::optional<Failure> RtcSource::set(MonoTime) {
  auto chosen = open();
  if (!chosen) return failure_of(chosen.error());
  const Log silent("driftlog", Log::Level::kErrors);
  Output output;
  rtcset::Options options = options_;
  options.command = rtcset::Command::kSet;
  options.set_to = rtcset::FromSystem{};
  rtcset::Job job{options,
                  silent,
                  output,
                  machine_,
                  devices_,
                  machine_.mono_now(),
                  made_,
                  [&options] { return rtcset::find_sntpd(options.control); },
                  [] {
                    return Unexpected{rtcset::Fault{"bad-input", "there is none"}};
                  }};
  if (rtcset::set(job, *chosen) == ExitStatus::kGood) return std::nullopt;
  return Failure{"not-set", "it was not set"};
}

}  // namespace isletime::driftlog
