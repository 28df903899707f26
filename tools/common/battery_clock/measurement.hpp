// SPDX-License-Identifier: MIT
// How far a battery clock is from the system clock: by the edges of its seconds, with a bound, and never by
// one blind look, which would be up to a second wrong.
#pragma once

#include <optional>

#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/drivers/rtc_stepper.hpp"
#include "tools/common/battery_clock/battery_clock.hpp"
#include "tools/common/battery_clock/chip_scale.hpp"
#include "tools/common/machine.hpp"

namespace isletime::battery_clock {

struct Comparison {
  WallTime time;     // by the system clock
  Offset offset;     // battery clock - system clock
  Dispersion bound;  // of the offset's error
  // In local time, what the clock shows comes twice: the offset may be wrong by an hour.
  bool is_ambiguous = false;
};

struct Measurement {
  RtcReading reading;
  std::optional<Comparison> comparison;
  std::optional<Fault> fault;  // why there is no comparison, though the clock answers
};

// A battery clock and its machine, as run_rtc() has them to read by.
class ClockHost {
 public:
  ClockHost(BatteryClock& clock, Machine& machine) : clock_(clock), machine_(machine) {}

  RtcNow now() { return {machine_.mono_now(), {}}; }
  MonoTime mono() { return machine_.mono_now(); }
  bool sleep_until(MonoTime time) {
    machine_.sleep_until(time);
    return !machine_.is_to_stop();
  }
  seconds shown(seconds second) const { return second; }
  void keep(Fault fault) { fault_ = std::move(fault); }
  const std::optional<Fault>& fault() const { return fault_; }

  auto read() { return clock_.read(); }
  auto read_second() { return clock_.read_second(); }
  auto prepare() { return clock_.prepare(); }
  auto set(const CivilTime& time) { return clock_.set(time); }

 private:
  BatteryClock& clock_;
  Machine& machine_;
  std::optional<Fault> fault_;
};

// What a stepper that is done came to. `last`: the last error that it was told of.
std::optional<Fault> fault_of(const RtcStepper& stepper, const std::optional<Fault>& last);

// By the edge that a stepper has found. `expected`: which of two local times the clock shows.
Result<Comparison, Fault> compare(const RtcStepper& stepper, Machine& machine, ChipScale scale,
                                  Offset expected = {});

// Takes up to 3 s, and 10 s if the clock is bad. Error: it does not answer.
Result<Measurement, Fault> measure(BatteryClock& clock, Machine& machine, ChipScale scale);

// A word for records, and the rest of "it is".
const char* name_of(ImplausibleTime implausible);
std::string describe(ImplausibleTime implausible, WallTime made);

// Why what the clock shows may not be believed.
std::optional<Fault> find_doubt(const Measurement& measurement, WallTime made);

}  // namespace isletime::battery_clock
