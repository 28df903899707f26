// SPDX-License-Identifier: MIT
// Reads the machine's clocks for the hub.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "libsync/hub/steering.hpp"
#include "libsync/posix/system_clock.hpp"

namespace isletime::sntpd {

// Reads the monotonic and the wall clock.
Instant instant_now();

// The kernel states the time asleep in a file, and opening that costs as much as all else that is done while
// the clock is at rest. A sleep moves the wall clock against the monotonic one, so the file is only read when
// they have moved.
class ClockReader {
 public:
  using ReadClocks = std::function<Instant()>;
  using ReadUptime = std::function<std::optional<nanoseconds>()>;  // since boot, including sleep
  using ReadRaw = std::function<std::optional<nanoseconds>()>;     // see ClockReading

  ClockReader();
  ClockReader(ReadClocks read_clocks, ReadUptime read_uptime, ReadRaw read_raw)
      : read_clocks_(std::move(read_clocks)),
        read_uptime_(std::move(read_uptime)),
        read_raw_(std::move(read_raw)) {}

  // `system` is the machine's clock, or nothing if it is not steered.
  ClockReading read(const std::optional<SystemClock>& system);
  // Reads the raw clock as well, for which some machines have to ask the kernel.
  ClockReading read_all(const std::optional<SystemClock>& system);

 private:
  ReadClocks read_clocks_;
  ReadUptime read_uptime_;
  ReadRaw read_raw_;
  std::optional<nanoseconds> wall_less_mono_;  // when the time asleep was read
  nanoseconds asleep_{};
  bool is_time_asleep_known_ = false;
};

}  // namespace isletime::sntpd
