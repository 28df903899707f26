// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/setting.hpp"

#include <string_view>

#include <fmt/format.h>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/rfc3339.hpp"
#include "tools/common/battery_clock/chip_years.hpp"
#include "tools/common/battery_clock/reading_text.hpp"
#include "tools/common/duration_text.hpp"

namespace isletime::battery_clock {
namespace {

// The accuracy that is required of a set. A larger error, beyond the bound of the measurement, is a failure.
constexpr nanoseconds kTolerance = std::chrono::milliseconds{2};
// A write that would start later waits for the next second. A smaller delay shows in the measured error.
constexpr nanoseconds kLatest = std::chrono::milliseconds{100};

Fault incomplete(const char* step, const Fault& fault, BatteryClock& clock, ClockHost& host) {
  const auto holds = read_patiently(host, [&clock] { return clock.read(); });
  return {fault.name, fmt::format("{}: {}; {}", step, fault.text, holding_text(holds)), fault.status};
}

// Gives run_rtc() access to the clock that is set and to its reference.
class SetHost : public ClockHost {
 public:
  SetHost(const SetOrder& order, const RtcStepper& stepper)
      : ClockHost(order.clock, order.machine), order_(order), stepper_(stepper) {}

  RtcNow now() { return order_.reference.now(); }
  seconds shown(seconds second) const { return from_utc(second, order_.scale); }
  auto prepare() {
    if (stepper_.sets() > 0) {
      order_.log.detail(
          fmt::format("set {} is off by {} s: once more", stepper_.sets(), signed_seconds(stepper_.error())));
    }
    return ClockHost::prepare();
  }

 private:
  const SetOrder& order_;
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

std::optional<Fault> find_hardly_the_time(const SetReference& reference, WallTime to, WallTime made) {
  const auto why = find_implausible(to, made);
  if (!why) return std::nullopt;
  const auto written = format_rfc3339(to);
  return Fault{name_of(*why),
               fmt::format("{:.10} is {}: {}, or --force", std::string_view{written.data(), written.size()},
                           describe(*why, made),
                           reference.is_given() ? "give it another" : "set this machine's clock first"),
               ExitStatus::kBadVerdict};
}

}  // namespace

RtcNow SetReference::now() const {
  const Instant known = given_ ? *given_ : instant_of(machine_);
  const MonoTime mono = machine_.mono_now();
  return {mono, known.wall + elapsed(known.mono, mono)};
}

Offset SetReference::ahead_of_system() const {
  if (!given_) return {};
  const Instant system = instant_of(machine_);
  return {elapsed(system.wall, given_->wall + elapsed(given_->mono, system.mono))};
}

// The chip stores two digits of the year, which are read as the year nearest to near_date().
std::optional<Fault> find_unfit(const SetReference& reference, WallTime made, bool is_forced) {
  const WallTime to = reference.asked();
  auto implausible = is_forced ? std::nullopt : find_hardly_the_time(reference, to, made);
  // If the system clock is implausible, that is reported first, whatever the chip can hold.
  if (implausible && !reference.is_given()) return implausible;
  const std::int32_t year = to_civil_time(to).date.year;
  const CivilDate near = near_date(made);
  if (unfold_year(static_cast<std::uint8_t>(year % 100), near) != year) {
    return Fault{"out-of-range",
                 fmt::format("no battery clock is set to the year {}: give it one from {} to {}", year,
                             near.year - 50, near.year + 49),
                 ExitStatus::kUsage};
  }
  return implausible;
}

Result<Achieved, Fault> set_until_good(const SetOrder& order) {
  BatteryClock& clock = order.clock;
  RtcStepper stepper{RtcStepper::Setting{.set_delay = clock.set_delay(), .latest = kLatest}};
  SetHost host{order, stepper};
  if (!run_rtc(stepper, host)) return Unexpected{unset(stepper, std::nullopt, clock, host)};
  if (const auto fault = fault_of(stepper, host.fault()))
    return Unexpected{unset(stepper, fault, clock, host)};
  const auto comparison = compare(stepper, order.machine, order.scale, order.reference.ahead_of_system());
  if (!comparison) return Unexpected{unset(stepper, comparison.error(), clock, host)};
  return Achieved{*comparison, {stepper.error()}};
}

bool is_good(const Achieved& achieved) {
  return std::chrono::abs(achieved.error.value) <= kTolerance + achieved.comparison.bound.value;
}

std::string sentence_of(const Achieved& achieved) {
  if (is_good(achieved)) return "set, and verified";
  return fmt::format("set, but off by {} s", signed_seconds(achieved.error.value));
}

}  // namespace isletime::battery_clock
