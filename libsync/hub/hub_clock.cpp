// SPDX-License-Identifier: MIT
#include "libsync/hub/hub_clock.hpp"

#include "libsync/policy/saturated.hpp"

namespace isletime {

void HubClock::take(double rate, WallTime now) {
  is_machines_ = true;
  books_ = SteeredClock{now};
  books_.on_rate(now, rate);
}

FreeTime HubClock::free_at(WallTime stamp) const {
  if (is_machines_) return books_.free_at(stamp);
  return FreeTime{saturated_difference(stamp.time_since_epoch(), stepped_)};
}

WallTime HubClock::hub_time(WallTime stamp) const {
  return is_machines_ ? stamp : books_.wall_at(FreeTime{stamp.time_since_epoch()});
}

ClockMap HubClock::map(WallTime now) const {
  if (is_machines_) return {};
  return {now, elapsed(now, hub_time(now)), books_.rate()};
}

OffsetSample HubClock::sample_of(const Measurement& m) const {
  if (is_machines_) return free_running(books_, m.time, m.offset, m.delay, m.dispersion, m.turnaround);
  return {.at = free_at(m.time), .offset = m.offset, .delay = m.delay, .dispersion = m.dispersion};
}

OffsetSample HubClock::sample_of(WallTime at, Offset offset, Dispersion uncertainty) const {
  if (is_machines_) return free_running(books_, at, offset, uncertainty);
  return {.at = free_at(at), .offset = offset, .delay = std::nullopt, .dispersion = uncertainty};
}

nanoseconds HubClock::steered(WallTime stamp) const {
  const WallTime unsteered = is_machines_ ? WallTime{free_at(stamp).time_since_epoch()} : stamp;
  return elapsed(unsteered, hub_time(stamp));
}

void HubClock::on_rate(WallTime at, double rate) {
  books_.on_rate(is_machines_ ? at : hub_time(at), rate);
}

void HubClock::on_foreign_step(Offset by, WallTime now) {
  if (is_machines_) return books_.on_step(by);
  // For a clock beside the machine's, such a step is one of its oscillator. The rate does not apply to it,
  // since no time has passed. Free-running time goes on, as samples that seem older than the last are
  // ignored.
  stepped_ = saturated_sum(stepped_, by.value);
  const WallTime then = shifted(now, -saturated(by.value));
  const nanoseconds ahead = elapsed(then, hub_time(then));
  const double rate = books_.rate();
  books_ = SteeredClock{now};
  books_.on_step({ahead});
  books_.on_rate(hub_time(now), rate);
}

}  // namespace isletime
