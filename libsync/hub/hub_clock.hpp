// SPDX-License-Identifier: MIT
// The books of the time that the hub serves and steers: the machine's clock, or a clock of its own that runs
// beside it (--no-clock). Pure: whoever has the clock says what was really done to it.
#pragma once

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/offset_sample.hpp"
#include "libsync/hub/discipline/steered_clock.hpp"
#include "libsync/hub/served_time.hpp"
#include "libsync/policy/measurement.hpp"

namespace isletime {

class HubClock {
 public:
  // Beside the machine's clock, which reads `now`.
  explicit HubClock(WallTime now) : books_(now) {}
  // From now on the machine's clock is what is steered, which runs at `rate`. Before the first steering.
  void take(double rate, WallTime now);

  // All of these take readings of the machine's clock, as the kernel's stamps are.
  FreeTime free_at(WallTime stamp) const;
  WallTime hub_time(WallTime stamp) const;
  // From `now` on, until the clock is steered the next time.
  ClockMap map(WallTime now) const;
  OffsetSample sample_of(const Measurement& measurement) const;
  // Of a source without a round trip, compared with the machine's clock when it read `at`.
  OffsetSample sample_of(WallTime at, Offset offset, Dispersion uncertainty) const;
  // What the books add to a comparison with the machine's clock at that reading.
  Offset books(WallTime at) const { return sample_of(at, Offset{}, Dispersion{}).offset; }
  // hub time - free-running
  nanoseconds steered(WallTime stamp) const;

  // The clock was given this rate when the machine's read `at`.
  void on_rate(WallTime at, double rate);
  // It was stepped by the hub.
  void on_step(Offset by) { books_.on_step(by); }
  // Somebody else stepped the machine's clock, which reads `now`.
  void on_foreign_step(Offset by, WallTime now);

  double rate() const { return books_.rate(); }
  bool is_machines() const { return is_machines_; }

 private:
  bool is_machines_ = false;
  SteeredClock books_;
};

}  // namespace isletime
