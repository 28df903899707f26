// SPDX-License-Identifier: MIT
// Measures a battery clock's offset from the system clock, with a bound, by the edges of its seconds. A
// single reading would be wrong by up to a second.
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
  // The reading is a local time that occurs twice, so the offset may be wrong by an hour.
  bool is_ambiguous = false;
};

struct Measurement {
  RtcReading reading;
  std::optional<Comparison> comparison;
  std::optional<Fault> fault;  // why there is no comparison, though the clock answers
};

inline std::optional<Offset> offset_of(const Measurement& measurement) {
  return measurement.comparison ? std::optional{measurement.comparison->offset} : std::nullopt;
}

// Gives run_rtc() access to a battery clock and to the machine's clocks.
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

// Returns why a stepper that has ended found no edge, or nothing if it found one. `last` is the last fault
// that it was given.
std::optional<Fault> fault_of(const RtcStepper& stepper, const std::optional<Fault>& last);

// Computes the comparison from the edge that a stepper has found. If the local time occurs twice, the one
// nearer to the system clock + `expected` is taken.
Result<Comparison, Fault> compare(const RtcStepper& stepper, Machine& machine, ChipScale scale,
                                  Offset expected = {});

// Takes up to 3 s, or 10 s if the clock is faulty. Fails if the clock does not answer.
Result<Measurement, Fault> measure(BatteryClock& clock, Machine& machine, ChipScale scale);

// name_of() returns a word for records; describe() completes "it is ...".
const char* name_of(ImplausibleTime implausible);
std::string describe(ImplausibleTime implausible, WallTime made);

// Returns why the clock's time is not to be believed, or nothing if it may be. `is_trusted` says that the
// administrator vouches for a clock of which nothing is told.
std::optional<Fault> find_doubt(const Measurement& measurement, WallTime made, bool is_trusted = false);
// Returns whether the only doubt is that nothing tells whether the clock kept its time.
bool is_of_unvouched(const Fault& doubt);

}  // namespace isletime::battery_clock
