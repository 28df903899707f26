// SPDX-License-Identifier: MIT
// Corrections of the clock, and what the kernel is told of it. A correction takes effect only when the caller
// reports that it was applied.
#include <utility>

#include <fmt/format.h>

#include "libsync/hub/hub.hpp"

namespace isletime {

void Hub::order(const Correction& correction, Purpose purpose, Instant now) {
  order_ = Order{correction, std::move(purpose)};
  const double rate = correction.rate + correction.slew.value_or(Slew{}).rate;
  if (clock().is_machines()) {
    actions_.emplace_back(action::Steer{rate, correction.step});
    return;
  }
  // A clock beside the machine's exists only in HubClock, so nothing has to be applied.
  on_steered({.at = now.wall, .rate = rate, .is_stepped = correction.step.has_value()}, now);
}

void Hub::on_steered(const Steered& steered, Instant now) {
  if (!order_) return;
  const Order order = *std::exchange(order_, std::nullopt);
  const Correction& correction = order.correction;
  if (steered.rate) steering_.on_rate(steered.at, *steered.rate, correction.rate);
  if (steered.is_stepped && correction.step) {
    steering_.on_step(*correction.step);
    note(Event::kClockStepped,
         fmt::format("the clock is stepped by {:+.9f} s", Seconds{correction.step->value}.count()),
         action::Note::Level::kNotice);
  }
  // The views state how far a clock beside the machine's is ahead, which holds for one rate only.
  has_changed_ = true;
  const bool is_done = hear_of_clock(steered.failure);
  if (is_done && correction.slew) steering_.on_slew(*correction.slew, now.mono);
  if (is_done && correction.step) on_own_step(*correction.step, now);
  const auto go_on = [&](const auto& purpose) { is_done ? proceed(purpose, now) : give_up(purpose, now); };
  std::visit(go_on, order.purpose);
}

// If the hub's clock runs beside the machine's, its step does not change the timestamps of exchanges.
void Hub::on_own_step(Offset by, Instant now) {
  reference_.on_step(hub_time(now.wall));
  if (!clock().is_machines()) return;
  on_machine_set(shifted(now.wall, -saturated(by.value)), now);
  give_up_exchanges();
}

void Hub::on_machine_set(WallTime before, Instant now) {
  set_at_ = now.wall;
  repeated_.reset();
  if (before > now.wall) repeated_ = Repeated{before, now.mono};
}

bool Hub::may_precede_setting(WallTime at, Instant now) const {
  // No program that feeds samples holds one back for longer than this.
  constexpr nanoseconds kOldest = std::chrono::minutes{2};
  if (!clock().is_machines()) return false;
  const bool is_repeated = repeated_ && at <= repeated_->until && elapsed(repeated_->at, now.mono) < kOldest;
  return at < set_at_ || is_repeated;
}

void Hub::give_up_exchanges() {
  for (auto& server : servers_) {
    if (server) server->clock_then.reset();
  }
  actions_.emplace_back(action::GiveUpExchanges{});
}

void Hub::end_slew(Instant now) {
  steering_.end_slew();
  order({.rate = steering_.steady_rate(), .slew = {}, .step = {}}, EndSlew{}, now);
}

void Hub::proceed(const EndSlew&, Instant now) {
  if (is_sync_unsaved_) save(now);
}

// The clock runs on at the rate of the slew: nothing is known of it until it is steered again.
void Hub::give_up(const EndSlew&, Instant now) {
  was_running_ = true;
  timekeeper_.on_clock_moved({nanoseconds::max()});
  reference_.on_unset();
  before_island_.reset();
  followed_.clear();
  untell(now);
}

void Hub::on_told(const std::string& failure) {
  hear_of_clock(failure);
}

bool Hub::hear_of_clock(const std::string& failure) {
  if (failure.empty()) {
    clock_failure_.clear();
    return true;
  }
  if (!clock_failure_.empty()) return false;
  clock_failure_ = fmt::format(
      "the clock cannot be steered: {}: run sntpd with CAP_SYS_TIME, or with --no-clock", failure);
  note(Event::kFault, clock_failure_, action::Note::Level::kError);
  return false;
}

const std::string& Hub::clock_trouble() const {
  return steering_.gives_way() ? steering_.intrusion() : clock_failure_;
}

void Hub::tell_kernel(const ClockQuality& quality, Instant now) {
  const ClockQuality told = steering_.tell(quality, now);
  if (clock().is_machines()) actions_.emplace_back(action::TellKernel{told});
}

// No server vouches for the clock any more, so the kernel must report it as unsynchronised.
void Hub::untell(Instant now) {
  if (steering_.has_told()) untell_of_last_run(now);
}

void Hub::untell_of_last_run(Instant now) {
  tell_kernel({Leap::kUnsynchronised, kKernelLimit, kKernelLimit}, now);
}

// Needed where the poll interval is longer than the time after which the kernel calls the clock
// unsynchronised.
void Hub::retell(Instant now) {
  if (!steering_.is_telling_due(now.mono)) return;
  const ClockStanding standing = timekeeper_.standing(now.mono);
  if (standing.reliable) {
    tell_kernel(steering_.retold(standing.bound), now);
  } else {
    steering_.give_up_telling();
  }
}

}  // namespace isletime
