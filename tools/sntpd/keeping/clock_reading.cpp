// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/clock_reading.hpp"

#include <chrono>

#include "libsync/policy/saturated.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/uptime.hpp"

namespace isletime::sntpd {
namespace {

// The clocks never seem to have moved this far merely because they are read one after the other.
constexpr nanoseconds kLeastMoved = std::chrono::milliseconds{1};

}  // namespace

Instant instant_now() {
  return read_instant(mono_now, wall_now);
}

ClockReader::ClockReader() : ClockReader(instant_now, uptime, raw_now) {}

ClockReading ClockReader::read_all(const std::optional<SystemClock>& system) {
  wall_less_mono_.reset();
  ClockReading reading = read(system);
  // Without it, nothing that was saved is believed.
  if (is_time_asleep_known_) reading.raw = read_raw_();
  return reading;
}

ClockReading ClockReader::read(const std::optional<SystemClock>& system) {
  const Instant instant = read_clocks_();
  const nanoseconds apart = instant.wall_less_mono();
  if (!wall_less_mono_ || magnitude(saturated_difference(apart, *wall_less_mono_)) >= kLeastMoved) {
    wall_less_mono_ = apart;
    // The monotonic clock stands still while the machine sleeps.
    const nanoseconds mono = instant.mono.time_since_epoch();
    const auto since_boot = read_uptime_();
    is_time_asleep_known_ = since_boot.has_value();
    asleep_ = since_boot.value_or(mono) - mono;
  }
  return {
      .instant = instant, .asleep = asleep_, .foreign_rate = system ? system->foreign_rate() : std::nullopt};
}

}  // namespace isletime::sntpd
