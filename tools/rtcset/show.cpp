// SPDX-License-Identifier: MIT
// rtcset show, compare: show a battery clock's time, and its offset from the system clock.
#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "tools/common/battery_clock/reading_text.hpp"
#include "tools/common/battery_clock/record.hpp"
#include "tools/rtcset/checks.hpp"
#include "tools/rtcset/page.hpp"

namespace isletime::rtcset {
namespace {

// The values that are shown besides the time. What cannot be read is left out.
struct Details {
  std::optional<MilliCelsius> temperature;
  std::optional<TrimRange> trim_range;
  std::optional<TrimSteps> trim;
  std::optional<RegisterReport> registers;
};

Result<Details, Fault> read_details(BatteryClock& clock, Machine& machine) {
  ClockHost host{clock, machine};
  Details details;
  const auto temperature = read_patiently(host, [&clock] { return clock.temperature(); });
  if (!temperature) return Unexpected{temperature.error()};
  details.temperature = *temperature;
  details.trim_range = clock.trim_range();
  if (details.trim_range) {
    const auto trim = read_patiently(host, [&clock] { return clock.trim(); });
    if (!trim) return Unexpected{trim.error()};
    details.trim = *trim;
  }
  const auto registers = read_patiently(host, [&clock] { return clock.inspect(); });
  if (!registers) return Unexpected{registers.error()};
  details.registers = *registers;
  return details;
}

std::optional<std::int64_t> trim_ppb(const Details& details) {
  if (!details.trim) return std::nullopt;
  return std::int64_t{details.trim->value} * details.trim_range->step_ppb;
}

std::string time_of(const Measurement& measurement) {
  if (const auto& now = measurement.comparison) {
    const auto written = format_rfc3339(now->time + now->offset.value);
    return {written.data(), written.size()};
  }
  if (!measurement.reading.time) return "none";
  return battery_clock::utc_text(seconds_since_epoch(*measurement.reading.time));
}

std::string registers_text(const RegisterReport& report) {
  std::string text;
  for (const RegisterValue& value : report.registers()) {
    text += fmt::format("{}{} {:#04x}", text.empty() ? "" : ", ", value.name, value.value);
  }
  return text;
}

// Returns what is wrong with the clock as a clause, or nothing: a time in doubt, or what check would find.
std::string wrong_text(const Job& job, const Measurement& measurement, const Details& details,
                       const std::optional<Fault>& doubt) {
  if (doubt) return doubt->text;
  const auto checks = checks_of(job, measurement, details.registers);
  const Check* failed = find_failed(checks);
  return failed == nullptr ? "" : failed->text;
}

void print_text(Job& job, const ChosenClock& chosen, const Measurement& measurement, const Details& details,
                const std::string& wrong) {
  Page page(chosen.name, wrong.empty(), wrong.empty() ? comparison_text(*measurement.comparison) : wrong);
  page.row("chip", " " + chosen.clock->kind());
  page.row("time", " " + time_of(measurement));
  if (measurement.comparison) page.rows_of(*measurement.comparison);
  page.row("integrity", fmt::format(" {}", integrity_text(measurement.reading.integrity)));
  if (measurement.reading.supply != RtcSupply::kGood)
    page.row("battery", fmt::format(" {}", describe(measurement.reading.supply)));
  if (details.temperature)
    page.row("temperature", fmt::format(" {:.2f} C", details.temperature->value / 1000.0));
  if (const auto ppb = trim_ppb(details)) {
    page.row("trim", ppm_text(*ppb) + " ppm",
             fmt::format("in steps of {:.3f}", details.trim_range->step_ppb / 1000.0));
  }
  if (details.registers) {
    page.row("registers",
             details.registers->findings().empty() ? " as they should be" : " not as they should be",
             registers_text(*details.registers));
    for (const RegisterFinding& finding : details.registers->findings()) {
      page.row("", fmt::format(" register {:#04x}: {}", finding.at, describe(finding.fault)),
               is_repairable(finding.fault) ? "rtcset repair puts it right" : "");
    }
  }
  page.print(job);
}

std::string registers_json(const RegisterReport& report) {
  JsonWriter json;
  for (const RegisterValue& value : report.registers()) json.count(value.name, value.value);
  return json.object();
}

std::string findings_json(const RegisterReport& report) {
  std::vector<std::string> items;
  for (const RegisterFinding& finding : report.findings())
    items.push_back(json_quoted(describe(finding.fault)));
  return json_array(items);
}

void print_json(Job& job, const ChosenClock& chosen, const Measurement& measurement, const Details& details,
                const std::optional<Fault>& doubt) {
  SampleRecord record = record_of(chosen.name, measurement, doubt, job.machine.wall_now());
  if (details.temperature) record.temperature_c = details.temperature->value / 1000.0;
  JsonWriter json = json_of(record);
  json.text("chip", chosen.clock->kind()).text("integrity", to_string(measurement.reading.integrity));
  if (measurement.reading.supply != RtcSupply::kGood)
    json.text("supply", to_string(measurement.reading.supply));
  json.text("chip_time", measurement.reading.time ? std::optional{time_of(measurement)} : std::nullopt);
  if (const auto ppb = trim_ppb(details)) json.number("trim_ppm", static_cast<double>(*ppb) / 1000, 3);
  if (details.registers) {
    json.raw("registers", registers_json(*details.registers));
    json.raw("findings", findings_json(*details.registers));
  }
  job.output.line(json.object());
}

}  // namespace

ExitStatus show(Job& job, ChosenClock& chosen) {
  const auto measurement = measure(*chosen.clock, job.machine, job.scale());
  if (!measurement) return report(job, chosen.name, measurement.error());
  const auto details = read_details(*chosen.clock, job.machine);
  if (!details) return report(job, chosen.name, details.error());
  const auto doubt = find_doubt(*measurement, job.made, job.options.is_trusted);
  const std::string wrong = wrong_text(job, *measurement, *details, doubt);
  if (!doubt || is_of_unvouched(*doubt)) name_zone(job, chosen.name, offset_of(*measurement));
  if (job.options.json) {
    if (!wrong.empty()) job.log.error(fmt::format("{}: {}", chosen.name, wrong));
    print_json(job, chosen, *measurement, *details, doubt);
  } else {
    print_text(job, chosen, *measurement, *details, wrong);
  }
  if (doubt) return doubt->status;
  return wrong.empty() ? ExitStatus::kGood : ExitStatus::kBadVerdict;
}

ExitStatus compare(Job& job, ChosenClock& chosen) {
  const auto measurement = measure(*chosen.clock, job.machine, job.scale());
  if (!measurement) return report(job, chosen.name, measurement.error());
  const auto doubt = find_doubt(*measurement, job.made, job.options.is_trusted);
  if (!doubt || is_of_unvouched(*doubt)) name_zone(job, chosen.name, offset_of(*measurement));
  if (job.options.json) {
    if (doubt) job.log.error(fmt::format("{}: {}", chosen.name, doubt->text));
    job.output.line(json_line(record_of(chosen.name, *measurement, doubt, job.machine.wall_now())));
  } else {
    Page page(chosen.name, !doubt, doubt ? doubt->text : comparison_text(*measurement->comparison));
    if (measurement->comparison) page.rows_of(*measurement->comparison);
    page.print(job);
  }
  return doubt ? doubt->status : ExitStatus::kGood;
}

}  // namespace isletime::rtcset
