// SPDX-License-Identifier: MIT
// How far a battery clock is from the system clock: by the edges of its seconds, with a bound, and never by
// one blind look, which would be up to a second wrong.
#pragma once

#include <optional>

#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/policy/edge_search.hpp"
#include "tools/rtcset/battery_clock.hpp"
#include "tools/rtcset/chip_scale.hpp"
#include "tools/rtcset/machine.hpp"

namespace isletime::rtcset {

struct Comparison {
  WallTime time;     // by the system clock
  Offset offset;     // battery clock - system clock
  Dispersion bound;  // of the offset's error
  MonoTime mono;     // the same instant
  // In local time, what the clock shows comes twice: the offset may be wrong by an hour.
  bool is_ambiguous = false;
};

struct Measurement {
  RtcReading reading;
  std::optional<Comparison> comparison;
  std::optional<Fault> fault;  // why there is no comparison, though the clock answers
};

// Takes up to 3 s, and 10 s if the clock is bad. `expected`: which of two local times it shows. Error: it
// does not answer.
Result<Measurement, Fault> measure(BatteryClock& clock, Machine& machine, ChipScale scale,
                                   Offset expected = {});

// Why it is hardly the time. `made`: when this program was, no time before which is right.
std::optional<std::string> find_implausible(WallTime time, WallTime made);

// Why what the clock shows may not be believed.
std::optional<Fault> find_doubt(const Measurement& measurement, WallTime made);

}  // namespace isletime::rtcset
