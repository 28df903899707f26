// SPDX-License-Identifier: MIT
// rtcset check, the test of a new board: checks that the clock has a time, that it runs at the right rate,
// and that its control registers are right.
#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tools/rtcset/checks.hpp"
#include "tools/rtcset/page.hpp"

namespace isletime::rtcset {
namespace {

constexpr seconds kBetweenLooks{3};

// Measures twice, seconds apart, because one measurement may not show that a chip stands still or counts
// erratically.
Check check_pace(const RtcReading& first, const RtcReading& second, nanoseconds between) {
  if (!first.time || !second.time)
    return {"time", false, describe(first.time ? second.time.error() : first.time.error())};
  const seconds counted = seconds_since_epoch(*second.time) - seconds_since_epoch(*first.time);
  const bool is_good = counted > between - seconds{1} && counted < between + seconds{1};
  return {"pace", is_good, fmt::format("counted {} s in {} s", counted.count(), seconds_text(between))};
}

Result<std::vector<Check>, Fault> check_all(Job& job, BatteryClock& clock) {
  ClockHost host{clock, job.machine};
  const auto read = [&clock] { return clock.read(); };
  const MonoTime begin = job.machine.mono_now();
  const auto first = read_patiently(host, read);
  if (!first) return Unexpected{first.error()};
  const auto measurement = measure(clock, job.machine, job.scale());
  if (!measurement) return Unexpected{measurement.error()};
  job.machine.sleep_until(begin + kBetweenLooks);
  const MonoTime end = job.machine.mono_now();
  const auto last = read_patiently(host, read);
  if (!last) return Unexpected{last.error()};
  const auto registers = read_patiently(host, [&clock] { return clock.inspect(); });
  if (!registers) return Unexpected{registers.error()};
  std::vector<Check> out = checks_of(job, *measurement, *registers);
  out.insert(out.begin(), check_pace(*first, *last, elapsed(begin, end)));
  return out;
}

std::string settings_json(const std::vector<WantedSetting>& settings) {
  JsonWriter json;
  for (const auto& [setting, is_on] : settings) json.text(to_string(setting), value_text(setting, is_on));
  return json.object();
}

void print_json(Job& job, const ChosenClock& chosen, const std::vector<Check>& checks,
                const std::vector<WantedSetting>& settings, bool is_good) {
  std::vector<std::string> items;
  items.reserve(checks.size());
  for (const Check& checked : checks) {
    items.push_back(JsonWriter{}
                        .text("name", checked.name)
                        .flag("good", checked.is_good)
                        .text("text", checked.text)
                        .object());
  }
  job.output.line(JsonWriter{}
                      .time("time", job.machine.wall_now())
                      .text("source", "rtc:" + chosen.name)
                      .text("chip", chosen.clock->kind())
                      .flag("good", is_good)
                      .raw("checks", json_array(items))
                      .raw("settings", settings_json(settings))
                      .object());
}

// A kernel driver gives no access to the registers.
const char* praise(const std::vector<Check>& checks) {
  const bool has_registers = std::any_of(checks.begin(), checks.end(), [](const Check& each) {
    return std::string_view{each.name} == "registers";
  });
  return has_registers ? "it ticks, and its registers are in order"
                       : "it ticks; its registers are with the kernel's driver";
}

}  // namespace

ExitStatus check(Job& job, ChosenClock& chosen) {
  const auto checks = check_all(job, *chosen.clock);
  if (!checks) return report(job, chosen.name, checks.error());
  ClockHost host{*chosen.clock, job.machine};
  const auto settings = read_patiently(host, [&chosen] { return chosen.clock->settings(); });
  if (!settings) return report(job, chosen.name, settings.error());
  const Check* worst = find_failed(*checks);
  if (job.options.json) {
    if (worst != nullptr) job.log.error(fmt::format("{}: {}", chosen.name, worst->text));
    print_json(job, chosen, *checks, *settings, worst == nullptr);
  } else {
    Page page(chosen.name, worst == nullptr, worst == nullptr ? praise(*checks) : worst->text);
    page.row("chip", chosen.clock->kind());
    for (const Check& checked : *checks)
      page.row(checked.name, checked.is_good ? "good" : "bad ", checked.text);
    for (const auto& [setting, is_on] : *settings) page.row(to_string(setting), value_text(setting, is_on));
    page.print(job);
  }
  return worst == nullptr ? ExitStatus::kGood : ExitStatus::kBadVerdict;
}

}  // namespace isletime::rtcset
