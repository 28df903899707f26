// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/measurement.hpp"

#include <string_view>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"

namespace isletime::battery_clock {
namespace {

constexpr auto kBad = ExitStatus::kBadVerdict;
constexpr const char* kUntold = "untold";

Fault stands_still() {
  return {"stands-still", "its seconds do not go on: set it, and if that does not help, replace it", kBad};
}

Fault erratic() {
  return {"erratic",
          "its seconds contradict each other: check its wiring, and whether another program talks to it",
          kBad};
}

Fault not_found() {
  return {"not-found",
          "where its seconds begin was not found in 10 s: the machine or the bus is too busy, try again",
          kBad};
}

Fault not_a_time(RtcFault fault) {
  return {"not-a-time", fmt::format("{}: set it, and check its wiring if that comes back", describe(fault)),
          kBad};
}

}  // namespace

std::optional<Fault> fault_of(const RtcStepper& stepper, const std::optional<Fault>& last) {
  switch (stepper.end()) {
    case RtcEnd::kFound:
      return std::nullopt;
    case RtcEnd::kLost:
      return Fault{"time-lost", "its integrity flag cannot be cleared", kBad};
    case RtcEnd::kNotATime:
      return not_a_time(stepper.reading()->time ? RtcFault::kNotBcd : stepper.reading()->time.error());
    case RtcEnd::kStopped:
    case RtcEnd::kStandsStill:
      return stands_still();
    case RtcEnd::kErratic:
      return erratic();
    case RtcEnd::kNotFound:
      return not_found();
    case RtcEnd::kReadFailed:
    case RtcEnd::kNotPrepared:
    case RtcEnd::kSetFailed:
      return last;
    case RtcEnd::kMissed:
      return Fault{"too-busy", "this machine is too busy to write it at the right instant: try again", kBad};
  }
  return last;
}

Result<Comparison, Fault> compare(const RtcStepper& stepper, Machine& machine, ChipScale scale,
                                  Offset expected) {
  const Instant now = instant_of(machine);
  const SecondEdge edge = *stepper.edge(now.mono);
  const auto near = std::chrono::floor<seconds>((now.wall + expected.value).time_since_epoch());
  const auto began = to_wall_time(to_utc(edge.second, scale, near), 0);
  if (!began) return Unexpected{not_a_time(RtcFault::kOutOfRange)};
  const WallTime shown = *began + elapsed(edge.at, now.mono);
  return Comparison{.time = now.wall,
                    .offset = {elapsed(now.wall, shown)},
                    .bound = {edge.bound.value + now.bound},
                    .is_ambiguous = comes_twice(edge.second, scale)};
}

Result<Measurement, Fault> measure(BatteryClock& clock, Machine& machine, ChipScale scale) {
  RtcStepper stepper{RtcStepper::Reading{.seeks_lost = true}};
  ClockHost host{clock, machine};
  const auto fault =
      run_rtc(stepper, host) ? fault_of(stepper, host.fault()) : std::optional{interrupted("interrupted")};
  if (fault && (!stepper.reading() || fault->status != kBad)) return Unexpected{*fault};
  const RtcReading& reading = *stepper.reading();
  if (fault) return Measurement{reading, std::nullopt, fault};
  const auto comparison = compare(stepper, machine, scale);
  if (!comparison) return Measurement{reading, std::nullopt, comparison.error()};
  return Measurement{reading, *comparison, std::nullopt};
}

std::string describe(ImplausibleTime implausible, WallTime made) {
  const auto written = format_rfc3339(made);
  const std::string_view day{written.data(), 10};
  switch (implausible) {
    case ImplausibleTime::kTooEarly:
      return fmt::format("before {}, when this program was made", day);
    case ImplausibleTime::kTooLate:
      return fmt::format("more than {} years after {}, when this program was made", kYearsOfUse, day);
  }
  return "";
}

const char* name_of(ImplausibleTime implausible) {
  return implausible == ImplausibleTime::kTooEarly ? "too-early" : "too-late";
}

std::optional<Fault> find_doubt(const Measurement& measurement, WallTime made, bool is_trusted) {
  const RtcBelief belief = belief_in(measurement.reading, is_trusted);
  if (belief == RtcBelief::kNone) {
    return Fault{
        "time-lost",
        "its time was lost, as its oscillator stopped or its power failed: look to its battery, and set it",
        kBad};
  }
  if (measurement.fault) return measurement.fault;
  const auto& now = *measurement.comparison;
  if (const auto why = find_implausible(now.time + now.offset.value, made))
    return Fault{name_of(*why), fmt::format("it shows a time {}: set it", describe(*why, made)), kBad};
  if (now.is_ambiguous) {
    return Fault{"comes-twice",
                 "the local time that it shows comes twice, an hour apart or so: keep UTC in it, or wait",
                 kBad};
  }
  if (belief == RtcBelief::kUnvouched) {
    return Fault{
        kUntold,
        "nothing tells whether its time survived the last time without power: --trust if its battery "
        "is known to be good",
        kBad};
  }
  return std::nullopt;
}

bool is_of_unvouched(const Fault& doubt) {
  return doubt.name == kUntold;
}

}  // namespace isletime::battery_clock
