// SPDX-License-Identifier: MIT
// The input of an estimator: one comparison of the free-running local oscillator with a source.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/hub/discipline/steered_clock.hpp"

namespace isletime {

struct OffsetSample {
  FreeTime at;
  Offset offset;               // remote - free-running local
  std::optional<Delay> delay;  // raw round trip; none for a phone, an RTC or a person
  // With a delay this is the error of the timestamps, without one the bound of the offset's error.
  Dispersion dispersion;
};

// Returns how far steering has put the wall clock ahead of the oscillator since the frames agreed.
constexpr nanoseconds steered(const SteeredClock& clock, WallTime wall) {
  return elapsed(WallTime{clock.free_at(wall).time_since_epoch()}, wall);
}

// Converts a measurement by the wall clock, whose reply arrived at `arrival`; the server took `turnaround` of
// the time since the query left. The clock must not have been stepped meanwhile.
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

// Converts a source without a round trip, compared with the wall clock's reading `at`.
constexpr OffsetSample free_running(const SteeredClock& clock, WallTime at, Offset offset,
                                    Dispersion uncertainty) {
  return {.at = clock.free_at(at),
          .offset = {saturated_sum(offset.value, steered(clock, at))},
          .delay = std::nullopt,
          .dispersion = uncertainty};
}

}  // namespace isletime
