// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "libsync/record/json_writer.hpp"
#include "tools/common/battery_clock/chip_years.hpp"
#include "tools/rtcset/job.hpp"
#include "tools/rtcset/words.hpp"

namespace isletime::rtcset {
namespace {

ExitStatus run_with(Job& job, ChosenClock& chosen) {
  switch (job.options.command) {
    case Command::kShow:
      return show(job, chosen);
    case Command::kCompare:
      return compare(job, chosen);
    case Command::kSet:
      return set(job, chosen);
    case Command::kToSystem:
      return to_system(job, chosen);
    case Command::kCheck:
      return check(job, chosen);
    case Command::kRepair:
      return repair(job, chosen);
    case Command::kTrim:
      return trim(job, chosen);
    case Command::kDetect:
      return detect(job);
  }
  return ExitStatus::kUsage;
}

void print_error(const Job& job, const std::optional<std::string>& device, const Fault& fault) {
  if (!job.options.json) return;
  job.output.line(JsonWriter{}
                      .time("time", job.machine.wall_now())
                      .text("source", device ? std::optional{"rtc:" + *device} : std::nullopt)
                      .text("error", fault.name)
                      .object());
}

ExitStatus choose_and_run(Job& job) {
  if (job.options.command == Command::kDetect) return detect(job);
  auto chosen =
      choose_clock(wanted_clock(job.options), job.devices, job.machine, battery_clock::near_date(job.made));
  if (!chosen) {
    job.log.error(chosen.error().text);
    print_error(job, job.options.device, chosen.error());
    return chosen.error().status;
  }
  job.log.detail(fmt::format("{}: {}", chosen->name, chosen->clock->kind()));
  return run_with(job, *chosen);
}

}  // namespace

ExitStatus run(Job& job) {
  const ExitStatus status = choose_and_run(job);
  if (!job.output.failure()) return status;
  job.log.error(to_string(*job.output.failure()));
  return ExitStatus::kSystemFailed;
}

std::optional<Fault> find_owner(const Job& job, const std::string& name) {
  if (job.options.force || job.options.is_dry_run) return std::nullopt;
  return battery_clock::find_owner(job.find_sntpd(), name);
}

void name_zone(const Job& job, const std::string& name, const std::optional<Offset>& offset) {
  const std::string text = offset ? zone_text(*offset, job.scale()) : "";
  if (!text.empty()) job.log.notice(fmt::format("{}: {}", name, text));
}

ExitStatus report(const Job& job, const std::string& name, const Fault& fault) {
  job.log.error(fmt::format("{}: {}", name, fault.text));
  print_error(job, name, fault);
  return fault.status;
}

}  // namespace isletime::rtcset
