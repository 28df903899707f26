// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "libsync/record/json_writer.hpp"
#include "tools/rtcset/job.hpp"

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

// sntpd leaves out an address that it was not given.
bool is_same_clock(const std::string& of_sntpd, const std::string& ours) {
  return !of_sntpd.empty() && (ours == of_sntpd || ours.starts_with(of_sntpd + '@'));
}

ExitStatus choose_and_run(Job& job) {
  if (job.options.command == Command::kDetect) return detect(job);
  auto chosen = choose_clock(job.options, job.devices, job.machine, job.near());
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
  const auto sntpd = job.find_sntpd();
  if (!sntpd || !is_same_clock(sntpd->rtc, "rtc:" + name)) return std::nullopt;
  return Fault{
      "sntpd-runs",
      fmt::format("sntpd has it ({}), and writes it once it knows better: end that first, or --force",
                  sntpd->path),
      ExitStatus::kBadVerdict};
}

ExitStatus report(const Job& job, const std::string& name, const Fault& fault) {
  job.log.error(fmt::format("{}: {}", name, fault.text));
  print_error(job, name, fault);
  return fault.status;
}

}  // namespace isletime::rtcset
