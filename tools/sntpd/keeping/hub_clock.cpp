// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/hub_clock.hpp"

namespace isletime::sntpd {

void HubClock::take(SystemClock system, WallTime now) {
  system_ = system;
  books_ = SteeredClock{now};
  books_.on_rate(now, system_->rate());
}

FreeTime HubClock::free_at(WallTime stamp) const {
  return system_ ? books_.free_at(stamp) : FreeTime{stamp.time_since_epoch()};
}

WallTime HubClock::hub_time(WallTime stamp) const {
  return system_ ? stamp : books_.wall_at(FreeTime{stamp.time_since_epoch()});
}

ClockMap HubClock::map(WallTime now) const {
  if (system_) return {};
  return {now, elapsed(now, hub_time(now)), books_.rate()};
}

OffsetSample HubClock::sample_of(const Measurement& m) const {
  if (system_) return free_running(books_, m.time, m.offset, m.delay, m.dispersion, m.turnaround);
  return {.at = free_at(m.time), .offset = m.offset, .delay = m.delay, .dispersion = m.dispersion};
}

OffsetSample HubClock::sample_of(WallTime at, Offset offset, Dispersion uncertainty) const {
  if (system_) return free_running(books_, at, offset, uncertainty);
  return {.at = free_at(at), .offset = offset, .delay = std::nullopt, .dispersion = uncertainty};
}

nanoseconds HubClock::steered(WallTime stamp) const {
  return elapsed(WallTime{free_at(stamp).time_since_epoch()}, hub_time(stamp));
}

std::optional<SysError> HubClock::set_rate(WallTime now, double rate) {
  if (!system_) {
    books_.on_rate(hub_time(now), rate);
    return std::nullopt;
  }
  const auto applied = system_->set_rate(rate);
  if (!applied) return applied.error();
  books_.on_rate(now, *applied);
  return std::nullopt;
}

std::optional<SysError> HubClock::step(Offset by) {
  if (system_) {
    if (const auto error = system_->step(by)) return error;
  }
  books_.on_step(by);
  return std::nullopt;
}

std::optional<SysError> HubClock::tell(const ClockQuality& quality) {
  return system_ ? system_->tell(quality) : std::nullopt;
}

std::optional<double> HubClock::take_foreign_rate(WallTime now) {
  const auto rate = system_ ? system_->foreign_rate() : std::nullopt;
  if (!rate) return std::nullopt;
  system_->on_foreign_rate(*rate);
  books_.on_rate(now, *rate);
  return rate;
}

void HubClock::on_foreign_step(Offset by) {
  // Beside the machine's clock, such a step is one of the oscillator itself.
  if (system_) books_.on_step(by);
}

}  // namespace isletime::sntpd
