// SPDX-License-Identifier: MIT
#include "tools/rtcset/checks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libsync/drivers/rtc_policy.hpp"
#include "tools/common/duration_text.hpp"
#include "tools/rtcset/words.hpp"

namespace isletime::rtcset {
namespace {

Check check_ticking(const Measurement& measurement) {
  if (measurement.fault) return {"seconds", false, measurement.fault->text};
  return {"seconds", true,
          fmt::format("they begin where they should, to within {} s",
                      seconds_text(measurement.comparison->bound.value))};
}

void check_registers(const RegisterReport& report, std::vector<Check>& out) {
  const std::size_t before = out.size();
  for (const RegisterFinding& finding : report.findings()) {
    // The integrity has a line of its own.
    if (finding.fault == RegisterFault::kPowerFailed) continue;
    out.push_back({"registers", false,
                   fmt::format("register {:#04x}: {}{}", finding.at, describe(finding.fault),
                               is_repairable(finding.fault) ? ": rtcset repair puts it right" : "")});
  }
  if (out.size() == before) out.push_back({"registers", true, "as they should be"});
}

}  // namespace

std::vector<Check> checks_of(const Job& job, const Measurement& measurement,
                             const std::optional<RegisterReport>& registers) {
  const RtcReading& reading = measurement.reading;
  const bool is_trusted = job.options.is_trusted;
  std::vector<Check> checks{
      check_ticking(measurement),
      {"integrity", belief_in(reading, is_trusted) == RtcBelief::kFull, integrity_text(reading.integrity)}};
  const auto doubt = find_doubt(measurement, job.made, is_trusted);
  if (doubt && !find_failed(checks)) checks.push_back({"time", false, doubt->text});
  if (reading.supply != RtcSupply::kGood) checks.push_back({"battery", false, describe(reading.supply)});
  if (registers) check_registers(*registers, checks);
  return checks;
}

const Check* find_failed(const std::vector<Check>& checks) {
  const auto failed =
      std::find_if(checks.begin(), checks.end(), [](const Check& check) { return !check.is_good; });
  return failed == checks.end() ? nullptr : &*failed;
}

}  // namespace isletime::rtcset
