// SPDX-License-Identifier: MIT
#include <fmt/format.h>

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

ExitStatus choose_and_run(Job& job) {
  if (job.options.command == Command::kDetect) return detect(job);
  auto chosen = choose_clock(job.options, job.devices, job.near());
  if (!chosen) {
    job.log.error(chosen.error().text);
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

ExitStatus report(const Job& job, const std::string& name, const Fault& fault) {
  job.log.error(fmt::format("{}: {}", name, fault.text));
  return fault.status;
}

}  // namespace isletime::rtcset
