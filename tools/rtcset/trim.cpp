// SPDX-License-Identifier: MIT
// rtcset trim: makes a battery clock run faster or slower.
#include <algorithm>

#include <fmt/format.h>

#include "tools/rtcset/drift_fit.hpp"
#include "tools/rtcset/page.hpp"

namespace isletime::rtcset {
namespace {

// No chip has finer steps, although a kernel driver accepts parts per 10^9.
constexpr std::int64_t kFinestStep = 100;

std::int64_t ppb_of(TrimSteps steps, const TrimRange& range) {
  return std::int64_t{steps.value} * range.step_ppb;
}

// Returns the nearest number of steps. Fails if that is beyond the chip's range.
Result<TrimSteps, Fault> steps_of(std::int64_t ppb, const TrimRange& range) {
  const std::int64_t half = range.step_ppb / 2;
  const std::int64_t steps = (ppb >= 0 ? ppb + half : ppb - half) / range.step_ppb;
  if (steps < range.least.value || steps > range.most.value) {
    return Unexpected{Fault{
        "out-of-range",
        fmt::format("{} ppm is beyond what it can be trimmed by, {} to {}: it is no good clock, or the "
                    "drift is wrong",
                    ppm_text(ppb), ppm_text(ppb_of(range.least, range)), ppm_text(ppb_of(range.most, range))),
        ExitStatus::kBadVerdict}};
  }
  return TrimSteps{static_cast<std::int32_t>(steps)};
}

// Returns by how much faster than now the clock is to run, in parts per 10^9.
Result<std::int64_t, Fault> correction_from_input(Job& job, const TrimRange& range) {
  const auto input = job.read_input();
  if (!input) return Unexpected{input.error()};
  const auto fit = parse_drift_fit(*input);
  if (!fit) return Unexpected{fit.error()};
  if (fit->is_simulated) job.log.notice("stdin: fit of a simulated clock; accepted as a trial run");
  if (fit->width && *fit->width > std::max<std::int64_t>(range.step_ppb, kFinestStep) && !job.options.force) {
    return Unexpected{
        Fault{"too-uncertain",
              fmt::format("the drift is known to {} ppm only, more than a step of {}: observe it for longer",
                          ppm_text(*fit->width), ppm_text(range.step_ppb)),
              ExitStatus::kBadVerdict}};
  }
  return -fit->drift;
}

// Returns the wanted trim, in parts per 10^9, or nothing if it is only to be shown.
Result<std::optional<std::int64_t>, Fault> wanted(Job& job, std::int64_t present, const TrimRange& range) {
  if (std::holds_alternative<TrimShow>(job.options.trim)) return std::optional<std::int64_t>{};
  if (const auto* to = std::get_if<TrimTo>(&job.options.trim)) return std::optional{to->ppb};
  if (const auto* by = std::get_if<TrimBy>(&job.options.trim)) return std::optional{present + by->ppb};
  const auto correction = correction_from_input(job, range);
  if (!correction) return Unexpected{correction.error()};
  return std::optional{present + *correction};
}

ExitStatus print(Job& job, const ChosenClock& chosen, const std::string& what, std::int64_t ppb,
                 const TrimRange& range) {
  ClockHost host{*chosen.clock, job.machine};
  const auto ripple = read_patiently(host, [&chosen] { return chosen.clock->ripple(); });
  if (!ripple) return report(job, chosen.name, ripple.error());
  const auto ripple_s = *ripple ? std::optional{(*ripple)->value} : std::nullopt;
  if (job.options.json) {
    job.output.line(JsonWriter{}
                        .time("time", job.machine.wall_now())
                        .text("source", "rtc:" + chosen.name)
                        .text("chip", chosen.clock->kind())
                        .number("trim_ppm", static_cast<double>(ppb) / 1000, 3)
                        .number("step_ppm", range.step_ppb / 1000.0, 3)
                        .seconds("ripple_s", ripple_s)
                        .object());
  } else {
    Page page(chosen.name, true, what);
    page.row("trim", ppm_text(ppb) + " ppm", "positive: it runs faster")
        .row("step", fmt::format(" {:.3f} ppm", range.step_ppb / 1000.0));
    if (ripple_s && *ripple_s > nanoseconds::zero())
      page.row("ripple", fmt::format(" {} s", seconds_text(*ripple_s)), "its corrections come in pulses");
    page.print(job);
  }
  return ExitStatus::kGood;
}

}  // namespace

ExitStatus trim(Job& job, ChosenClock& chosen) {
  BatteryClock& clock = *chosen.clock;
  const auto range = clock.trim_range();
  if (!range) {
    return report(
        job, chosen.name,
        {"no-trim", fmt::format("a {} cannot be trimmed: sntpd --rtc learns its drift instead", clock.kind()),
         ExitStatus::kBadVerdict});
  }
  ClockHost host{clock, job.machine};
  const auto read = [&clock] { return clock.trim(); };
  const auto present = read_patiently(host, read);
  if (!present) return report(job, chosen.name, present.error());
  const auto ppb = wanted(job, ppb_of(*present, *range), *range);
  if (!ppb) return report(job, chosen.name, ppb.error());
  if (!*ppb) return print(job, chosen, "its trim was read", ppb_of(*present, *range), *range);
  const auto steps = steps_of(**ppb, *range);
  if (!steps) return report(job, chosen.name, steps.error());
  if (const auto owner = find_owner(job, chosen.name)) return report(job, chosen.name, *owner);
  if (job.options.is_dry_run) return print(job, chosen, "would be trimmed", ppb_of(*steps, *range), *range);
  if (const auto fault = clock.set_trim(*steps)) return report(job, chosen.name, *fault);
  const auto now = read_patiently(host, read);
  if (!now) return report(job, chosen.name, now.error());
  // A kernel driver rounds to the steps of its chip.
  if (*now != *steps && range->step_ppb > 1) {
    return report(
        job, chosen.name,
        {"not-kept", fmt::format("it was trimmed, but holds {} ppm", ppm_text(ppb_of(*now, *range))),
         ExitStatus::kBadVerdict});
  }
  return print(job, chosen, "trimmed", ppb_of(*now, *range), *range);
}

}  // namespace isletime::rtcset
