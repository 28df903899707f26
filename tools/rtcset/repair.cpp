// SPDX-License-Identifier: MIT
// rtcset repair: repairs control registers that were corrupted, or changes a setting of the chip. It changes
// neither the time nor the flag that tells whether it was lost.
#include <algorithm>

#include <fmt/format.h>

#include "tools/rtcset/page.hpp"

namespace isletime::rtcset {
namespace {

std::string faults_text(const RegisterReport& report, bool of_repairable) {
  std::string text;
  for (const RegisterFinding& finding : report.findings()) {
    if (is_repairable(finding.fault) == of_repairable)
      text += fmt::format("{}{}", text.empty() ? "" : ", ", describe(finding.fault));
  }
  return text;
}

Result<RegisterReport, Fault> inspect(BatteryClock& clock, Machine& machine) {
  ClockHost host{clock, machine};
  const auto report = read_patiently(host, [&clock] { return clock.inspect(); });
  if (!report) return Unexpected{report.error()};
  if (!*report) return Unexpected{*clock.repair()};
  return **report;
}

ExitStatus finish(Job& job, const ChosenClock& chosen, const std::string& done, const std::string& left) {
  const bool is_good = left.empty();
  const std::string sentence = is_good ? done : fmt::format("{}; left: {}", done, left);
  if (job.options.json) {
    if (!is_good) job.log.error(fmt::format("{}: {}", chosen.name, sentence));
    job.output.line(JsonWriter{}
                        .time("time", job.machine.wall_now())
                        .text("source", "rtc:" + chosen.name)
                        .flag("good", is_good)
                        .text("text", sentence)
                        .object());
  } else {
    Page(chosen.name, is_good, sentence).print(job);
  }
  return is_good ? ExitStatus::kGood : ExitStatus::kBadVerdict;
}

ExitStatus set_setting(Job& job, ChosenClock& chosen, const WantedSetting& wanted) {
  ClockHost host{*chosen.clock, job.machine};
  const auto read = [&chosen] { return chosen.clock->settings(); };
  const auto before = read_patiently(host, read);
  if (!before) return report(job, chosen.name, before.error());
  const std::string text =
      fmt::format("{} {}", to_string(wanted.setting), value_text(wanted.setting, wanted.is_on));
  const auto has_it = [&wanted](const WantedSetting& each) { return each.setting == wanted.setting; };
  const bool is_there = std::any_of(before->begin(), before->end(), has_it);
  if (is_there && job.options.is_dry_run) return finish(job, chosen, "would be set: " + text, "");
  if (const auto owner = find_owner(job, chosen.name)) return report(job, chosen.name, *owner);
  if (const auto fault = chosen.clock->set_setting(wanted)) return report(job, chosen.name, *fault);
  const auto after = read_patiently(host, read);
  if (!after) return report(job, chosen.name, after.error());
  const auto now = std::find_if(after->begin(), after->end(), has_it);
  if (now == after->end() || now->is_on != wanted.is_on)
    return report(job, chosen.name, battery_clock::fault_of(BusError::kNotKept));
  return finish(job, chosen, "set: " + text, "");
}

}  // namespace

ExitStatus repair(Job& job, ChosenClock& chosen) {
  if (job.options.setting) return set_setting(job, chosen, *job.options.setting);
  const auto before = inspect(*chosen.clock, job.machine);
  if (!before) return report(job, chosen.name, before.error());
  const std::string repairable = faults_text(*before, true);
  if (repairable.empty()) return finish(job, chosen, "nothing to repair", faults_text(*before, false));
  if (job.options.is_dry_run)
    return finish(job, chosen, "would be repaired: " + repairable, faults_text(*before, false));
  if (const auto owner = find_owner(job, chosen.name)) return report(job, chosen.name, *owner);
  if (const auto fault = chosen.clock->repair()) return report(job, chosen.name, *fault);
  const auto after = inspect(*chosen.clock, job.machine);
  if (!after) return report(job, chosen.name, after.error());
  const std::string still = faults_text(*after, true);
  const std::string other = faults_text(*after, false);
  return finish(job, chosen, "repaired: " + repairable,
                still + (still.empty() || other.empty() ? "" : ", ") + other);
}

}  // namespace isletime::rtcset
