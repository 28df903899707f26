// SPDX-License-Identifier: MIT
// rtcset set: sets a battery clock by the system clock, or to a time that is given.
#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/drivers/rtc_stepper.hpp"
#include "tools/common/battery_clock/reading_text.hpp"
#include "tools/common/battery_clock/record.hpp"
#include "tools/common/battery_clock/setting.hpp"
#include "tools/common/duration_text.hpp"
#include "tools/rtcset/page.hpp"

namespace isletime::rtcset {
namespace {

using battery_clock::Achieved;
using battery_clock::SetReference;

// A time that is given was right when the program was started.
SetReference reference_of(const Job& job) {
  if (const auto* time = std::get_if<WallTime>(&job.options.set_to))
    return SetReference{job.machine, Instant{job.began, *time, {}}};
  return SetReference{job.machine};
}

void print(Job& job, const ChosenClock& chosen, const Achieved& achieved) {
  const auto& [comparison, error] = achieved;
  if (job.options.json) {
    JsonWriter json =
        json_of(record_of(chosen.name, Measurement{{CivilTime{}, Integrity::kGood, true}, comparison, {}},
                          std::nullopt, comparison.time));
    job.output.line(json.seconds("set_error_s", error.value).object());
    if (!is_good(achieved)) job.log.error(fmt::format("{}: {}", chosen.name, sentence_of(achieved)));
    return;
  }
  const auto written = format_rfc3339(comparison.time + comparison.offset.value);
  Page(chosen.name, is_good(achieved), sentence_of(achieved))
      .row("time", " " + std::string{written.data(), written.size()})
      .row("set error", signed_seconds(error.value) + " s", "battery clock - what it was to be set to")
      .row("error bound", fmt::format(" {} s", seconds_text(comparison.bound.value)))
      .print(job);
}

// Returns the clock's offset from the reference before it is set, to a second, or nothing if it has no time.
std::optional<Offset> present_offset(Job& job, ChosenClock& chosen, const SetReference& reference) {
  ClockHost host{*chosen.clock, job.machine};
  const auto reading = read_patiently(host, [&chosen] { return chosen.clock->read(); });
  if (!reading || !reading->time || reading->integrity == Integrity::kLost) return std::nullopt;
  const auto shown = to_wall_time(seconds_since_epoch(*reading->time), 0);
  return shown ? std::optional{Offset{elapsed(reference.now().time, *shown)}} : std::nullopt;
}

ExitStatus rehearse(Job& job, ChosenClock& chosen, const SetReference& reference) {
  const nanoseconds earliest =
      reference.now().time.time_since_epoch() + RtcStepper::kNotice + chosen.clock->set_delay();
  const auto second = std::chrono::ceil<seconds>(earliest);
  const auto measurement = measure(*chosen.clock, job.machine, job.scale());
  if (!measurement) return report(job, chosen.name, measurement.error());
  if (job.options.json) {
    const auto doubt = find_doubt(*measurement, job.made, job.options.is_trusted);
    job.output.line(json_of(record_of(chosen.name, *measurement, doubt, job.machine.wall_now()))
                        .text("would_be_set_to", battery_clock::utc_text(second))
                        .object());
    return ExitStatus::kGood;
  }
  name_zone(job, chosen.name, offset_of(*measurement));
  const std::string present =
      measurement->comparison ? comparison_text(*measurement->comparison) : measurement->fault->text;
  Page(chosen.name, true,
       fmt::format("would be set to {}; now: {}", battery_clock::utc_text(second), present))
      .print(job);
  return ExitStatus::kGood;
}

}  // namespace

ExitStatus set(Job& job, ChosenClock& chosen) {
  const SetReference reference = reference_of(job);
  if (const auto fault = find_unfit(reference, job.made, job.options.force))
    return report(job, chosen.name, *fault);
  if (job.options.is_dry_run) return rehearse(job, chosen, reference);
  if (const auto owner = find_owner(job, chosen.name)) return report(job, chosen.name, *owner);
  name_zone(job, chosen.name, present_offset(job, chosen, reference));
  const auto achieved =
      battery_clock::set_until_good({*chosen.clock, job.machine, reference, job.scale(), job.log});
  if (!achieved) return report(job, chosen.name, achieved.error());
  print(job, chosen, *achieved);
  return is_good(*achieved) ? ExitStatus::kGood : ExitStatus::kBadVerdict;
}

}  // namespace isletime::rtcset
