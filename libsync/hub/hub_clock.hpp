// SPDX-License-Identifier: MIT
// Keeps account of how the clock that the hub serves was steered: the machine's clock, or a clock of its own
// that runs beside it (--no-clock). No I/O: the caller reports what was really done to the clock.
#pragma once

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/offset_sample.hpp"
#include "libsync/hub/discipline/steered_clock.hpp"
#include "libsync/hub/served_time.hpp"
#include "libsync/policy/measurement.hpp"

namespace isletime {

class HubClock {
 public:
  // Starts as a clock of its own, equal to the machine's clock, which reads `now`.
  explicit HubClock(WallTime now) : books_(now) {}
  // Steers the machine's clock from now on, which runs at `rate`. Call it before the first correction.
  void take(double rate, WallTime now);

  // These functions take readings of the machine's clock, which the kernel's timestamps use.
  FreeTime free_at(WallTime stamp) const;
  WallTime hub_time(WallTime stamp) const;
  // Returns the map from the machine's clock to the hub's, which is valid until the next correction.
  ClockMap map(WallTime now) const;
  OffsetSample sample_of(const Measurement& measurement) const;
  // Returns the sample of a source without a round trip that was compared with the machine's clock when that
  // read `at`.
  OffsetSample sample_of(WallTime at, Offset offset, Dispersion uncertainty) const;
  // Returns what all steering so far adds to an offset from the machine's clock at that reading.
  Offset books(WallTime at) const { return sample_of(at, Offset{}, Dispersion{}).offset; }
  // Returns how far steering has put the hub's clock ahead.
  nanoseconds steered(WallTime stamp) const;

  // The clock's rate was set to this when the machine's clock read `at`.
  void on_rate(WallTime at, double rate);
  // The hub has stepped the clock.
  void on_step(Offset by) { books_.on_step(by); }
  // Another program has stepped the machine's clock, which reads `now`.
  void on_foreign_step(Offset by, WallTime now);

  double rate() const { return books_.rate(); }
  bool is_machines() const { return is_machines_; }

 private:
  bool is_machines_ = false;
  SteeredClock books_;
  nanoseconds stepped_{};  // by other programs, of the machine's clock beside which this one runs
};

}  // namespace isletime
