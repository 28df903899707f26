// SPDX-License-Identifier: MIT
// rtcset set: written at the instant at which a second begins, read back, and its edge measured.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "tools/rtcset/page.hpp"

namespace isletime::rtcset {
namespace {

// A set that is off by more is made again, earlier or later by as much: what a chip, a bus or a driver takes
// is not known before.
constexpr nanoseconds kWorthAnother = std::chrono::milliseconds{1};
constexpr int kMostSets = 3;
// What is asked of a set; with the bound of the measurement, it is told from failure.
constexpr nanoseconds kTolerance = std::chrono::milliseconds{2};
// To sleep and write in good time.
constexpr nanoseconds kNotice = std::chrono::milliseconds{100};

// What the clock is set by: the system clock, or a time that was right when the program began.
class Reference {
 public:
  explicit Reference(const Job& job) : machine_(job.machine) {
    if (const auto* time = std::get_if<WallTime>(&job.options.set_to)) given_ = Instant{job.began, *time, {}};
  }
  Instant now() const { return given_ ? *given_ : instant_of(machine_); }
  Offset ahead_of_system() const {
    if (!given_) return {};
    const Instant system = instant_of(machine_);
    return {elapsed(system.wall, given_->wall + elapsed(given_->mono, system.mono))};
  }
  Offset error_of(const Comparison& comparison) const {
    if (!given_) return comparison.offset;
    const WallTime right = given_->wall + elapsed(given_->mono, comparison.mono);
    return {elapsed(right, comparison.time + comparison.offset.value)};
  }

 private:
  Machine& machine_;
  std::optional<Instant> given_;
};

Fault incomplete(const char* step, const Fault& fault, BatteryClock& clock) {
  return {fault.name, fmt::format("{}: {}; {}", step, fault.text, holding_text(clock.read())), fault.status};
}

// The first second that can be written in time.
seconds second_to_set(const Instant& now, Machine& machine, nanoseconds lead) {
  const WallTime earliest = now.wall + elapsed(now.mono, machine.mono_now()) + kNotice + lead;
  return std::chrono::ceil<seconds>(earliest.time_since_epoch());
}

std::optional<Fault> write(Job& job, BatteryClock& clock, const Reference& reference, nanoseconds lead) {
  if (const auto fault = clock.prepare()) {
    return Fault{fault->name, "nothing was set, as it could not be prepared: " + fault->text, fault->status};
  }
  const Instant now = reference.now();
  const seconds second = second_to_set(now, job.machine, lead);
  job.machine.sleep_until(now.mono + (second - now.wall.time_since_epoch()) - lead);
  if (job.machine.is_to_stop())
    return Fault{"interrupted", "interrupted: nothing was set", ExitStatus::kBadVerdict};
  const CivilTime time = to_civil_time(WallTime{from_utc(second, job.scale())});
  if (const auto fault = clock.set(time)) return incomplete("the set failed", *fault, clock);
  return std::nullopt;
}

Result<Comparison, Fault> verify(Job& job, BatteryClock& clock, const Reference& reference) {
  const auto measurement = measure(clock, job.machine, job.scale(), reference.ahead_of_system());
  if (!measurement) return Unexpected{incomplete("set, but not verified", measurement.error(), clock)};
  const auto fault =
      measurement->reading.integrity == Integrity::kLost
          ? std::optional{Fault{"time-lost", "its integrity flag cannot be cleared", ExitStatus::kBadVerdict}}
          : measurement->fault;
  if (fault) return Unexpected{incomplete("set, but not verified", *fault, clock)};
  return *measurement->comparison;
}

struct Achieved {
  Comparison comparison;
  Offset error;
};

Result<Achieved, Fault> set_until_good(Job& job, BatteryClock& clock, const Reference& reference) {
  nanoseconds lead = clock.set_delay();
  for (int sets = 1;; ++sets) {
    if (const auto fault = write(job, clock, reference, lead)) return Unexpected{*fault};
    const auto comparison = verify(job, clock, reference);
    if (!comparison) return Unexpected{comparison.error()};
    const Offset error = reference.error_of(*comparison);
    const bool is_good = std::chrono::abs(error.value) <= std::max(kWorthAnother, comparison->bound.value);
    // Further off than a second, it is not the instant that was wrong.
    const bool is_correctable = std::chrono::abs(error.value) < seconds{1};
    if (is_good || !is_correctable || sets == kMostSets) return Achieved{*comparison, error};
    job.log.detail(fmt::format("set {} is off by {} s: once more", sets, signed_seconds(error.value)));
    lead -= error.value;
  }
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
  return Fault{to < job.made ? "too-early" : "too-late",
               fmt::format("{:.10} is {}: {}, or --force", std::string_view{written.data(), written.size()},
                           *why, is_given ? "give it another" : "set this machine's clock first"),
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
  const Instant now = reference.now();
  const seconds second = second_to_set(now, job.machine, chosen.clock->set_delay());
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
  if (const auto fault = find_fault(job, reference.now().wall)) return report(job, chosen.name, *fault);
  if (job.options.is_dry_run) return rehearse(job, chosen, reference);
  if (const auto owner = find_owner(job, chosen.name)) return report(job, chosen.name, *owner);
  const auto achieved = set_until_good(job, *chosen.clock, reference);
  if (!achieved) return report(job, chosen.name, achieved.error());
  print(job, chosen, *achieved);
  return is_good(*achieved) ? ExitStatus::kGood : ExitStatus::kBadVerdict;
}

}  // namespace isletime::rtcset
