// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/clock_reading.hpp"

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/uptime.hpp"

namespace isletime::sntpd {

Instant instant_now() {
  return read_instant(mono_now, wall_now);
}

ClockReading read_clocks(const std::optional<SystemClock>& system) {
  const Instant instant = instant_now();
  // The monotonic clock stands still while the machine sleeps.
  const nanoseconds mono = instant.mono.time_since_epoch();
  return {.instant = instant,
          .asleep = uptime().value_or(mono) - mono,
          .foreign_rate = system ? system->foreign_rate() : std::nullopt};
}

}  // namespace isletime::sntpd
