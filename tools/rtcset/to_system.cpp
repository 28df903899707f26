// SPDX-License-Identifier: MIT
// rtcset to-system: steps the system clock to a battery clock whose time is believed.
#include <fmt/format.h>

#include "tools/common/battery_clock/record.hpp"
#include "tools/rtcset/page.hpp"

namespace isletime::rtcset {
namespace {

std::optional<Fault> find_obstacle(const Job& job, const std::optional<Fault>& doubt) {
  if (const auto sntpd = job.find_sntpd()) {
    return Fault{"sntpd-runs",
                 fmt::format("sntpd runs ({}), and while it does it alone sets the clock: end it, or give it "
                             "the battery clock by --rtc",
                             sntpd->path),
                 ExitStatus::kBadVerdict};
  }
  if (!doubt || job.options.force || is_of_unvouched(*doubt)) return std::nullopt;
  return Fault{doubt->name, fmt::format("the clock is left alone: {}; --force to believe it", doubt->text),
               doubt->status};
}

Fault not_stepped(const SysError& error) {
  if (error.code == EPERM) return {"not-permitted", "not permitted to set the clock: run as root"};
  return {"failed", "the clock was not set: " + to_string(error)};
}

// kLeftAlone means that the clock was right, or that this is a dry run.
enum class Done : std::uint8_t { kStepped, kLeftAlone };

void print(Job& job, const ChosenClock& chosen, const Measurement& measurement, Done done,
           const std::string& what) {
  if (job.options.json) {
    const auto doubt = find_doubt(measurement, job.made, job.options.is_trusted);
    job.output.line(json_of(record_of(chosen.name, measurement, doubt, job.machine.wall_now()))
                        .flag("stepped", done == Done::kStepped)
                        .object());
    return;
  }
  Page(chosen.name, true, what).rows_of(*measurement.comparison).print(job);
}

}  // namespace

ExitStatus to_system(Job& job, ChosenClock& chosen) {
  const auto measurement = measure(*chosen.clock, job.machine, job.scale());
  if (!measurement) return report(job, chosen.name, measurement.error());
  const auto doubt = find_doubt(*measurement, job.made, job.options.is_trusted);
  if (const auto obstacle = find_obstacle(job, doubt)) return report(job, chosen.name, *obstacle);
  if (doubt && is_of_unvouched(*doubt))
    job.log.notice(fmt::format("{}: {}: the system clock may be wrong by it", chosen.name, doubt->text));
  // Even if forced, the clock must have a time.
  if (!measurement->comparison) return report(job, chosen.name, *measurement->fault);
  const Comparison& now = *measurement->comparison;
  if (std::chrono::abs(now.offset.value) <= now.bound.value) {
    print(job, chosen, *measurement, Done::kLeftAlone,
          comparison_text(now) + ", and the clock is left alone");
    return ExitStatus::kGood;
  }
  if (job.options.is_dry_run) {
    name_zone(job, chosen.name, now.offset);
    print(job, chosen, *measurement, Done::kLeftAlone, "the clock would be stepped by the offset");
    return ExitStatus::kGood;
  }
  if (const auto error = job.machine.step_clock(now.offset))
    return report(job, chosen.name, not_stepped(*error));
  name_zone(job, chosen.name, now.offset);
  print(job, chosen, *measurement, Done::kStepped, "the clock was stepped by the offset");
  return ExitStatus::kGood;
}

}  // namespace isletime::rtcset
