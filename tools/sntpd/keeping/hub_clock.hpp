// SPDX-License-Identifier: MIT
// The time that the hub serves and steers: this machine's clock, or with --no-clock a clock of its own
// that runs beside it and is steered only in this process. Keeps the books of what was steered.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/offset_sample.hpp"
#include "libsync/hub/discipline/steered_clock.hpp"
#include "libsync/policy/measurement.hpp"
#include "libsync/posix/system_clock.hpp"
#include "tools/sntpd/serving/served_time.hpp"

namespace isletime::sntpd {

class HubClock {
 public:
  // Beside the machine's clock, which reads `now`.
  explicit HubClock(WallTime now) : books_(now) {}
  // From now on the machine's clock is what is steered. Before the first steering.
  void take(SystemClock system, WallTime now);

  // All of these take readings of the machine's clock, as the kernel's stamps are.
  FreeTime free_at(WallTime stamp) const;
  WallTime hub_time(WallTime stamp) const;
  // From `now` on, until the clock is steered the next time.
  ClockMap map(WallTime now) const;
  OffsetSample sample_of(const Measurement& measurement) const;
  // Of a source without a round trip, compared with the machine's clock when it read `at`.
  OffsetSample sample_of(WallTime at, Offset offset, Dispersion uncertainty) const;
  // hub time - free-running
  nanoseconds steered(WallTime stamp) const;

  // Error: the kernel's; then nothing has changed.
  std::optional<SysError> set_rate(WallTime now, double rate);
  std::optional<SysError> step(Offset by);
  std::optional<SysError> tell(const ClockQuality& quality);
  // The rate that another program has given the machine's clock, if one has. Then it counts from `now` on.
  std::optional<double> take_foreign_rate(WallTime now);
  // Somebody else stepped the machine's clock.
  void on_foreign_step(Offset by);

  double rate() const { return books_.rate(); }
  bool sets_the_machines_clock() const { return system_.has_value(); }

 private:
  std::optional<SystemClock> system_;
  SteeredClock books_;
};

}  // namespace isletime::sntpd
