// SPDX-License-Identifier: MIT
// What an estimator takes in: one comparison of the free-running local oscillator with a source.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/hub/discipline/steered_clock.hpp"

namespace isletime {

struct OffsetSample {
  FreeTime at;
  Offset offset;               // remote - free-running local
  std::optional<Delay> delay;  // of the round trip, raw; absent: a phone, an RTC, a person
  // With a delay: what the stamps may be wrong by. Without: how far at most the offset is off.
  Dispersion dispersion;
};

// By how much steering has put the wall clock ahead of the oscillator since the frames agreed.
constexpr nanoseconds steered(const SteeredClock& clock, WallTime wall) {
  return elapsed(WallTime{clock.free_at(wall).time_since_epoch()}, wall);
}

// A measurement against the wall clock, whose reply arrived at its reading `arrival`; the server took
// `turnaround` of the time since the query left. Only for a clock that was not stepped meanwhile.
constexpr OffsetSample free_running(const SteeredClock& clock, WallTime arrival, Offset offset, Delay delay,
                                    Dispersion dispersion, nanoseconds turnaround = {}) {
  const nanoseconds round_trip = saturated_sum(delay.value, turnaround);
  const nanoseconds before = steered(clock, shifted(arrival, -saturated(round_trip)));
  const nanoseconds after = steered(clock, arrival);
  const nanoseconds meanwhile = saturated_difference(after, before);
  return {.at = clock.free_at(arrival),
          .offset = {saturated_sum(offset.value, saturated_sum(before, meanwhile / 2))},
          .delay = Delay{saturated_difference(delay.value, meanwhile)},
          .dispersion = dispersion};
}

// A source without a round trip, compared with the wall clock's reading `at`.
constexpr OffsetSample free_running(const SteeredClock& clock, WallTime at, Offset offset,
                                    Dispersion uncertainty) {
  return {.at = clock.free_at(at),
          .offset = {saturated_sum(offset.value, steered(clock, at))},
          .delay = std::nullopt,
          .dispersion = uncertainty};
}

}  // namespace isletime
