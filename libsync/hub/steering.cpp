// SPDX-License-Identifier: MIT
#include "libsync/hub/steering.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libsync/core/civil_time.hpp"

namespace isletime {
namespace {

// The error of reading two clocks one after the other is less than this. A slew moves both clocks and so
// does not count.
constexpr nanoseconds kLeastJump = std::chrono::milliseconds{1};

constexpr nanoseconds kBatteryClockError = seconds{2};

// The clock is left to another program that has changed its rate this often, without a pause this long.
constexpr int kMostIntrusions = 3;
constexpr nanoseconds kForgiven = std::chrono::hours{1};

// Limits wake-ups. If the bound is near 16 s, the kernel may call the clock unsynchronised before.
constexpr nanoseconds kLeastBetweenTelling = std::chrono::minutes{10};

constexpr nanoseconds kDay = std::chrono::hours{24};
constexpr nanoseconds kAroundMidnight = seconds{30};

constexpr Offset leap_step(Leap leap) {
  return {leap == Leap::kInsert ? -seconds{1} : seconds{1}};
}

constexpr nanoseconds time_of_day(WallTime time) {
  const nanoseconds rest = time.time_since_epoch() % kDay;
  return rest < nanoseconds::zero() ? rest + kDay : rest;
}

bool ends_a_month(WallTime time) {
  return to_civil_time(shifted(time, kDay)).date.day == 1;
}

constexpr bool is_announced(Leap leap) {
  return leap == Leap::kInsert || leap == Leap::kDelete;
}

}  // namespace

void Steering::take_clock(double rate, WallTime now) {
  clock_.take(rate, now);
  rate_ = rate;
}

Result<Correction, ControlRefusal> Steering::correction(const Estimate& estimate, nanoseconds until_next,
                                                        bool was_synchronised, WallTime now) const {
  const ClockError error{saturated_sum(estimate.phase, clock_.steered(now)), estimate.frequency};
  return correct(error, until_next, was_synchronised, limits_);
}

void Steering::on_rate(WallTime at, double rate, double without_slew) {
  clock_.on_rate(at, rate);
  rate_ = without_slew;
  slew_until_.reset();
}

void Steering::on_step(Offset by) {
  clock_.on_step(by);
  // The clocks are not read again here, so that a step by another program at the same time is still detected.
  if (clock_.is_machines()) wall_less_mono_ = saturated_sum(wall_less_mono_, by.value);
}

void Steering::on_slew(const Slew& slew, MonoTime now) {
  slew_ = slew;
  slew_until_ = now + rounded(Seconds{slew.duration} * slewed_pace());
}

// The monotonic clock is slewed with the machine's.
double Steering::slewed_pace() const {
  return clock_.is_machines() ? 1 + rate_ + slew_.rate : 1.0;
}

Offset Steering::left(MonoTime now) const {
  if (!slew_until_ || now >= *slew_until_) return {nanoseconds::zero()};
  return {rounded(Seconds{elapsed(now, *slew_until_)} / slewed_pace() * slew_.rate)};
}

std::optional<MonoTime> Steering::next_wakeup(Instant now) const {
  std::optional<MonoTime> next = slew_until_;
  if (tell_again_ && (!next || *tell_again_ < *next)) next = tell_again_;
  if (leap_at_) {
    const MonoTime leap = shifted(now.mono, elapsed(clock_.hub_time(now.wall), *leap_at_));
    next = next ? std::min(*next, leap) : leap;
  }
  return next;
}

ClockQuality Steering::tell(const ClockQuality& quality, Instant now) {
  const WallTime hub_now = clock_.hub_time(now.wall);
  ClockQuality told = quality;
  if (is_announced(told.leap) && !ends_a_month(hub_now)) told.leap = Leap::kNone;
  announced_ = told.leap;
  told_ = quality;
  tell_again_.reset();
  const nanoseconds patience = kernel_patience(told);
  if (clock_.is_machines() && patience > nanoseconds::zero())
    tell_again_ = shifted(now.mono, std::max(patience / 2, kLeastBetweenTelling));
  leap_at_.reset();
  if (!is_announced(announced_) || clock_.is_machines()) return told;
  // The step replaces 23:59:60 if a second is inserted, and 23:59:59 if one is deleted.
  const WallTime midnight{hub_now.time_since_epoch() - time_of_day(hub_now) + kDay};
  leap_at_ = announced_ == Leap::kInsert ? midnight : midnight - seconds{1};
  return told;
}

ClockQuality Steering::retold(Dispersion max_error) const {
  const nanoseconds more =
      std::max(saturated_difference(max_error.value, told_.max_error), nanoseconds::zero());
  return {told_.leap, max_error.value, saturated_sum(told_.estimated_error, more)};
}

bool Steering::gives_way() const {
  return intrusions_ >= kMostIntrusions;
}

bool Steering::was_intruded_lately(MonoTime now) const {
  return last_intrusion_ && elapsed(*last_intrusion_, now) <= kForgiven;
}

std::optional<Steering::Jump> Steering::take_jump(const ClockReading& now) {
  if (leap_at_ && clock_.hub_time(now.instant.wall) >= *leap_at_) return insert_leap_second();
  if (auto steered = take_foreign_rate(now)) return steered;
  const nanoseconds before = std::exchange(wall_less_mono_, now.instant.wall_less_mono());
  const Offset by{saturated_difference(wall_less_mono_, before)};
  const nanoseconds slept = take_sleep(now.asleep);
  if (magnitude(by.value) < kLeastJump && slept == nanoseconds::zero()) return std::nullopt;
  clock_.on_foreign_step(by, now.instant.wall);
  if (slept > nanoseconds::zero()) {
    const Jump jump{by, Cause::kSleep, slept};
    return magnitude(jump.beyond_sleep()) < kBatteryClockError ? jump : Jump{by, Cause::kSomebody, slept};
  }
  return Jump{by, is_leap_second(by, now.instant.wall) ? Cause::kLeapSecond : Cause::kSomebody};
}

// If two programs steer one clock, neither can. If the other one does not stop, it keeps the clock until
// sntpd is restarted.
std::optional<Steering::Jump> Steering::take_foreign_rate(const ClockReading& now) {
  const MonoTime mono = now.instant.mono;
  const nanoseconds since = elapsed(std::exchange(last_look_, mono), mono);
  if (gives_way() || !now.foreign_rate) return std::nullopt;
  const double rate = *now.foreign_rate;
  const double before = clock_.rate();
  on_rate(now.instant.wall, rate, rate);
  if (!was_intruded_lately(mono)) intrusions_ = 0;
  last_intrusion_ = mono;
  ++intrusions_;
  intrusion_ = fmt::format(
      "another program steers this machine's clock (by {:+.3f} ppm now): {}", rate * 1e6,
      gives_way() ? "sntpd leaves it alone; stop the other one and start sntpd again, or use --no-clock"
                  : "stop it");
  return Jump{{rounded(std::abs(rate - before) * Seconds{since})}, Cause::kSteeredByOthers};
}

Steering::Jump Steering::insert_leap_second() {
  const Offset by = leap_step(announced_);
  announced_ = Leap::kNone;
  leap_at_.reset();
  clock_.on_step(by);
  return {by, Cause::kLeapSecond};
}

nanoseconds Steering::take_sleep(nanoseconds asleep) {
  const nanoseconds slept = saturated_difference(asleep, asleep_);
  if (slept <= kLeastSleep) return nanoseconds::zero();
  asleep_ = asleep;
  return slept;
}

bool Steering::is_leap_second(Offset by, WallTime now) const {
  if (!is_announced(announced_) || !clock_.is_machines()) return false;
  const nanoseconds of_day = time_of_day(now);
  const bool is_midnight = of_day < kAroundMidnight || of_day > kDay - kAroundMidnight;
  return is_midnight && magnitude(by.value - leap_step(announced_).value) < std::chrono::milliseconds{100};
}

}  // namespace isletime
