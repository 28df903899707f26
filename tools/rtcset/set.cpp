// SPDX-License-Identifier: MIT
// rtcset set: written at the instant at which a second begins, read back, and its edge measured.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "tools/common/duration_text.hpp"
#include "tools/rtcset/page.hpp"

namespace isletime::rtcset {
namespace {

// What is asked of a set; with the bound of the measurement, it is told from failure.
constexpr nanoseconds kTolerance = std::chrono::milliseconds{2};
// What a set is late by shows in what it achieved; what comes later is better put off by a second.
constexpr nanoseconds kLatest = std::chrono::milliseconds{100};

// What the clock is set by: the system clock, or a time that was right when the program began.
class Reference {
 public:
  explicit Reference(const Job& job) : machine_(job.machine) {
    if (const auto* time = std::get_if<WallTime>(&job.options.set_to)) given_ = Instant{job.began, *time, {}};
  }
  RtcNow now() const {
    const Instant known = given_ ? *given_ : instant_of(machine_);
    const MonoTime mono = machine_.mono_now();
    return {mono, known.wall + elapsed(known.mono, mono)};
  }
  // As it was typed.
  WallTime asked() const { return given_ ? given_->wall : now().time; }
  Offset ahead_of_system() const {
    if (!given_) return {};
    const Instant system = instant_of(machine_);
    return {elapsed(system.wall, given_->wall + elapsed(given_->mono, system.mono))};
  }

 private:
  Machine& machine_;
  std::optional<Instant> given_;
};

Fault incomplete(const char* step, const Fault& fault, BatteryClock& clock, ClockHost& host) {
  const auto holds = read_patiently(host, [&clock] { return clock.read(); });
  return {fault.name, fmt::format("{}: {}; {}", step, fault.text, holding_text(holds)), fault.status};
}

// The clock that is set, and what it is set by.
class SetHost : public ClockHost {
 public:
  SetHost(Job& job, BatteryClock& clock, const Reference& reference, const RtcStepper& stepper)
      : ClockHost(clock, job.machine), job_(job), reference_(reference), stepper_(stepper) {}

  RtcNow now() { return reference_.now(); }
  seconds shown(seconds second) const { return from_utc(second, job_.scale()); }
  auto prepare() {
    if (stepper_.sets() > 0) {
      job_.log.detail(
          fmt::format("set {} is off by {} s: once more", stepper_.sets(), signed_seconds(stepper_.error())));
    }
    return ClockHost::prepare();
  }

 private:
  Job& job_;
  const Reference& reference_;
  const RtcStepper& stepper_;
};

Fault unset(const RtcStepper& stepper, const std::optional<Fault>& fault, BatteryClock& clock,
            ClockHost& host) {
  if (!fault) {
    return stepper.sets() == 0 ? interrupted("interrupted: nothing was set")
                               : incomplete("set, but not verified", interrupted("interrupted"), clock, host);
  }
  if (stepper.end() == RtcEnd::kSetFailed) return incomplete("the set failed", *fault, clock, host);
  if (stepper.sets() > 0) return incomplete("set, but not verified", *fault, clock, host);
  if (stepper.end() != RtcEnd::kNotPrepared)
    return {fault->name, "nothing was set: " + fault->text, fault->status};
  return {fault->name, "nothing was set, as it could not be prepared: " + fault->text, fault->status};
}

struct Achieved {
  Comparison comparison;
  Offset error;
};

Result<Achieved, Fault> set_until_good(Job& job, BatteryClock& clock, const Reference& reference) {
  RtcStepper stepper{RtcStepper::Setting{.set_delay = clock.set_delay(), .latest = kLatest}};
  SetHost host{job, clock, reference, stepper};
  if (!run_rtc(stepper, host)) return Unexpected{unset(stepper, std::nullopt, clock, host)};
  if (const auto fault = fault_of(stepper, host.fault()))
    return Unexpected{unset(stepper, fault, clock, host)};
  const auto comparison = compare(stepper, job.machine, job.scale(), reference.ahead_of_system());
  if (!comparison) return Unexpected{unset(stepper, comparison.error(), clock, host)};
  return Achieved{*comparison, {stepper.error()}};
}

bool is_good(const Achieved& achieved) {
  return std::chrono::abs(achieved.error.value) <= kTolerance + achieved.comparison.bound.value;
}

void print(Job& job, const ChosenClock& chosen, const Achieved& achieved) {
  const auto& [comparison, error] = achieved;
  if (job.options.json) {
    JsonWriter json = json_of(record_of(chosen.name, {{CivilTime{}, Integrity::kGood, true}, comparison, {}},
                                        std::nullopt, comparison.time));
    job.output.line(json.seconds("set_error_s", error.value).object());
    if (!is_good(achieved))
      job.log.error(fmt::format("{}: set, but off by {} s", chosen.name, signed_seconds(error.value)));
    return;
  }
  const auto written = format_rfc3339(comparison.time + comparison.offset.value);
  Page(chosen.name, is_good(achieved),
       is_good(achieved) ? "set, and verified"
                         : fmt::format("set, but off by {} s", signed_seconds(error.value)))
      .row("time", " " + std::string{written.data(), written.size()})
      .row("set error", signed_seconds(error.value) + " s", "battery clock - what it was to be set to")
      .row("error bound", fmt::format(" {} s", seconds_text(comparison.bound.value)))
      .print(job);
}

std::optional<Fault> find_hardly_the_time(const Job& job, WallTime to) {
  const auto why = find_implausible(to, job.made);
  if (!why || job.options.force) return std::nullopt;
  const auto written = format_rfc3339(to);
  const bool is_given = std::holds_alternative<WallTime>(job.options.set_to);
  return Fault{
      name_of(*why),
      fmt::format("{:.10} is {}: {}, or --force", std::string_view{written.data(), written.size()},
                  describe(*why, job.made), is_given ? "give it another" : "set this machine's clock first"),
      ExitStatus::kBadVerdict};
}

// The chip's years are two digits, which are read as those of Job::near().
std::optional<Fault> find_fault(const Job& job, WallTime to) {
  auto implausible = find_hardly_the_time(job, to);
  // What is wrong is this machine's clock, whatever the chip can hold.
  if (implausible && std::holds_alternative<FromSystem>(job.options.set_to)) return implausible;
  const std::int32_t year = to_civil_time(to).date.year;
  const CivilDate near = job.near();
  if (unfold_year(static_cast<std::uint8_t>(year % 100), near) != year) {
    return Fault{"out-of-range",
                 fmt::format("no battery clock is set to the year {}: give it one from {} to {}", year,
                             near.year - 50, near.year + 49),
                 ExitStatus::kUsage};
  }
  return implausible;
}

ExitStatus rehearse(Job& job, ChosenClock& chosen, const Reference& reference) {
  const nanoseconds earliest =
      reference.now().time.time_since_epoch() + RtcStepper::kNotice + chosen.clock->set_delay();
  const auto second = std::chrono::ceil<seconds>(earliest);
  const auto measurement = measure(*chosen.clock, job.machine, job.scale());
  if (!measurement) return report(job, chosen.name, measurement.error());
  if (job.options.json) {
    const auto doubt = find_doubt(*measurement, job.made);
    job.output.line(json_of(record_of(chosen.name, *measurement, doubt, job.machine.wall_now()))
                        .text("would_be_set_to", utc_text(second))
                        .object());
    return ExitStatus::kGood;
  }
  const std::string present =
      measurement->comparison ? comparison_text(*measurement->comparison) : measurement->fault->text;
  Page(chosen.name, true, fmt::format("would be set to {}; now: {}", utc_text(second), present)).print(job);
  return ExitStatus::kGood;
}

}  // namespace

ExitStatus set(Job& job, ChosenClock& chosen) {
  const Reference reference(job);
  if (const auto fault = find_fault(job, reference.asked())) return report(job, chosen.name, *fault);
  if (job.options.is_dry_run) return rehearse(job, chosen, reference);
  if (const auto owner = find_owner(job, chosen.name)) return report(job, chosen.name, *owner);
  const auto achieved = set_until_good(job, *chosen.clock, reference);
  if (!achieved) return report(job, chosen.name, achieved.error());
  print(job, chosen, *achieved);
  return is_good(*achieved) ? ExitStatus::kGood : ExitStatus::kBadVerdict;
}

}  // namespace isletime::rtcset
