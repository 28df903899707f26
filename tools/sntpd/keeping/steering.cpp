// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/steering.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libsync/core/civil_time.hpp"
#include "libsync/policy/instant.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/uptime.hpp"

namespace isletime::sntpd {
namespace {

// Reading two clocks one after the other differs by less; a slew moves both.
constexpr nanoseconds kLeastJump = std::chrono::milliseconds{1};

constexpr nanoseconds kLeastSleep = std::chrono::milliseconds{100};
constexpr nanoseconds kBatteryClockError = seconds{2};

// Another program that steers the clock is put up with so often, unless it was quiet for so long.
constexpr int kMostIntrusions = 3;
constexpr nanoseconds kForgiven = std::chrono::hours{1};

// The kernel may give up a clock that is known to nearly 16 s; it is not worth more wake-ups.
constexpr nanoseconds kLeastBetweenTelling = std::chrono::minutes{10};

// What a kernel's fine adjustment gives: a crystal that is further off is no clock's.
constexpr double kMostOfACrystal = 500e-6;

constexpr nanoseconds kDay = std::chrono::hours{24};
constexpr nanoseconds kAroundMidnight = seconds{30};

nanoseconds wall_less_mono() {
  return read_instant(mono_now, wall_now).wall_less_mono();
}

// The monotonic clock stands still while the machine sleeps.
nanoseconds time_asleep() {
  return uptime().value_or(mono_now().time_since_epoch()) - mono_now().time_since_epoch();
}

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

Steering::Steering(const SteeringConfig& config, const Log& log, Memory& memory)
    : config_(config),
      log_(log),
      memory_(memory),
      clock_(wall_now()),
      wall_less_mono_(wall_less_mono()),
      asleep_(time_asleep()) {}

void Steering::take_clock() {
  if (config_.leaves_machine_clock || clock_.sets_the_machines_clock() || was_refused_) return;
  const auto system = SystemClock::take();
  if (system) {
    clock_.take(*system, wall_now());
    rate_ = clock_.rate();
    return;
  }
  was_refused_ = true;
  log_.notice(fmt::format("this machine's clock stays as it is: {}", to_string(system.error())));
}

FreeTime Steering::free_now() const {
  return clock_.free_at(wall_now());
}

nanoseconds Steering::steered_now() const {
  return clock_.steered(wall_now());
}

WallTime Steering::hub_now() const {
  return clock_.hub_time(wall_now());
}

Result<Steering::Steered, SteeringFault> Steering::steer(const Estimate& estimate, nanoseconds until_next,
                                                         bool was_synchronised) {
  take_clock();
  if (gives_way()) return Unexpected{SteeringFault::kClock};
  const ClockError error{saturated_sum(estimate.phase, clock_.steered(wall_now())), estimate.frequency};
  const auto correction = correct(error, until_next, was_synchronised, config_.limits);
  if (!correction) return Unexpected{SteeringFault::kPanic};
  if (!apply(*correction, mono_now())) return Unexpected{SteeringFault::kClock};
  const bool is_stepped = correction->step.has_value();
  return Steered{is_stepped ? nanoseconds::zero() : magnitude(error.phase), is_stepped};
}

void Steering::settle(const std::optional<double>& rate) {
  if (!clock_.sets_the_machines_clock() || (!rate && std::abs(clock_.rate()) <= kMostOfACrystal)) return;
  rate_ = rate.value_or(0.0);
  must(clock_.set_rate(wall_now(), rate_));
}

bool Steering::apply(const Correction& correction, MonoTime now) {
  const double slew_rate = correction.slew.value_or(Slew{}).rate;
  // First, so that nothing has been done where the kernel refuses.
  if (!must(clock_.set_rate(wall_now(), correction.rate + slew_rate))) return false;
  rate_ = correction.rate;
  slew_until_.reset();
  if (correction.step) {
    const std::string what =
        fmt::format("the clock is stepped by {:+.9f} s", Seconds{correction.step->value}.count());
    if (!must(clock_.step(*correction.step))) return false;
    log_.notice(what);
    // Not read anew: somebody else's step at the same time would never be noticed.
    if (clock_.sets_the_machines_clock())
      wall_less_mono_ = saturated_sum(wall_less_mono_, correction.step->value);
    memory_.note(hub_now(), Event::kClockStepped, what);
  }
  slew_ = correction.slew.value_or(Slew{});
  if (correction.slew) {
    // The monotonic clock is slewed with the machine's.
    const double pace = clock_.sets_the_machines_clock() ? 1 + rate_ + slew_.rate : 1.0;
    slew_until_ = now + rounded(Seconds{slew_.duration} * pace);
  }
  return true;
}

Offset Steering::left(MonoTime now) const {
  if (!slew_until_ || now >= *slew_until_) return {nanoseconds::zero()};
  return {rounded(Seconds{elapsed(now, *slew_until_)} * slew_.rate)};
}

std::optional<MonoTime> Steering::next_wakeup(MonoTime now) const {
  std::optional<MonoTime> next = slew_until_;
  if (tell_again_ && (!next || *tell_again_ < *next)) next = tell_again_;
  if (leap_at_) {
    const MonoTime leap = shifted(now, elapsed(hub_now(), *leap_at_));
    next = next ? std::min(*next, leap) : leap;
  }
  return next;
}

void Steering::end_slew_if_due(MonoTime now) {
  if (slew_until_ && now >= *slew_until_) stop();
}

void Steering::stop() {
  if (!slew_until_) return;
  slew_until_.reset();
  must(clock_.set_rate(wall_now(), rate_));
}

void Steering::tell(const ClockQuality& quality) {
  const WallTime now = hub_now();
  ClockQuality told = quality;
  if (is_announced(told.leap) && !ends_a_month(now)) told.leap = Leap::kNone;
  announced_ = told.leap;
  must(clock_.tell(told));
  told_ = quality;
  tell_again_.reset();
  const nanoseconds patience = kernel_patience(told);
  if (clock_.sets_the_machines_clock() && patience > nanoseconds::zero())
    tell_again_ = shifted(mono_now(), std::max(patience / 2, kLeastBetweenTelling));
  leap_at_.reset();
  if (!is_announced(announced_) || clock_.sets_the_machines_clock()) return;
  // Instead of 23:59:60, or of 23:59:59.
  const WallTime midnight{now.time_since_epoch() - time_of_day(now) + kDay};
  leap_at_ = announced_ == Leap::kInsert ? midnight : midnight - seconds{1};
}

void Steering::retell(Dispersion max_error) {
  const nanoseconds more =
      std::max(saturated_difference(max_error.value, told_.max_error), nanoseconds::zero());
  tell({told_.leap, max_error.value, saturated_sum(told_.estimated_error, more)});
}

void Steering::untell() {
  if (told_.leap == Leap::kUnsynchronised) return;
  tell({Leap::kUnsynchronised, kKernelLimit, kKernelLimit});
}

bool Steering::gives_way() const {
  return intrusions_ >= kMostIntrusions;
}

std::optional<Steering::Jump> Steering::take_jump() {
  if (leap_at_ && hub_now() >= *leap_at_) return insert_leap_second();
  if (auto steered = take_foreign_rate(mono_now())) return steered;
  const nanoseconds before = std::exchange(wall_less_mono_, wall_less_mono());
  const Offset by{wall_less_mono_ - before};
  if (magnitude(by.value) < kLeastJump) return std::nullopt;
  clock_.on_foreign_step(by);
  if (has_slept(by.value)) return Jump{by, Cause::kSleep};
  return Jump{by, is_leap_second(by) ? Cause::kLeapSecond : Cause::kSomebody};
}

// Two programs that steer one clock both spoil it. The other is given way for good if it does not stop.
std::optional<Steering::Jump> Steering::take_foreign_rate(MonoTime now) {
  const nanoseconds since = elapsed(std::exchange(last_look_, now), now);
  if (gives_way()) return std::nullopt;
  const double before = clock_.rate();
  const auto rate = clock_.take_foreign_rate(wall_now());
  if (!rate) return std::nullopt;
  if (last_intrusion_ && elapsed(*last_intrusion_, now) > kForgiven) intrusions_ = 0;
  last_intrusion_ = now;
  ++intrusions_;
  slew_until_.reset();
  rate_ = *rate;
  intrusion_ = fmt::format(
      "another program steers this machine's clock (by {:+.3f} ppm now): {}", *rate * 1e6,
      gives_way() ? "sntpd leaves it alone; stop the other one and start sntpd again, or use --no-clock"
                  : "stop it");
  log_.error(intrusion_);
  memory_.note(hub_now(), Event::kFault, intrusion_);
  // What the kernel was told of the clock was our word; the other program gives its own.
  if (gives_way()) untell();
  return Jump{{rounded(std::abs(*rate - before) * Seconds{since})}, Cause::kSteeredByOthers};
}

Steering::Jump Steering::insert_leap_second() {
  const Offset by = leap_step(announced_);
  announced_ = Leap::kNone;
  leap_at_.reset();
  must(clock_.step(by));
  return {by, Cause::kLeapSecond};
}

bool Steering::has_slept(nanoseconds by) {
  const nanoseconds slept = time_asleep() - std::exchange(asleep_, time_asleep());
  return slept > kLeastSleep && magnitude(by - slept) < kBatteryClockError;
}

bool Steering::is_leap_second(Offset by) const {
  if (!is_announced(announced_) || !clock_.sets_the_machines_clock()) return false;
  const nanoseconds of_day = time_of_day(wall_now());
  const bool is_midnight = of_day < kAroundMidnight || of_day > kDay - kAroundMidnight;
  return is_midnight && magnitude(by.value - leap_step(announced_).value) < std::chrono::milliseconds{100};
}

bool Steering::must(const std::optional<SysError>& error) {
  if (!error) {
    trouble_.clear();
    return true;
  }
  if (!trouble_.empty()) return false;
  trouble_ = fmt::format("the clock cannot be steered: {}: run sntpd with CAP_SYS_TIME, or with --no-clock",
                         to_string(*error));
  log_.error(trouble_);
  memory_.note(hub_now(), Event::kFault, trouble_);
  return false;
}

}  // namespace isletime::sntpd
