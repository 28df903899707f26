// SPDX-License-Identifier: MIT
// How the hub starts from the saved state, how it reacts to what others do to its clock, and what is due
// when.
#include "libsync/hub/hub.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libsync/hub/fractions.hpp"

namespace isletime {
namespace {

using std::chrono::hours;

// The deviation of a frequency that was never measured, or was measured at an unknown temperature.
constexpr double kUnknownDeviation = 1e-4;

// The kernel sets the clock from a battery clock that counts whole seconds.
constexpr nanoseconds kErrorAfterSleep = seconds{2};

constexpr nanoseconds kSaveInterval = hours{1};

// How often the kernel is asked for its clock's maximum error while no source has told the time, and while
// what it said is served.
constexpr nanoseconds kLookAtKernel = seconds{64};
constexpr nanoseconds kLookAgain = seconds{16};

// A clock that was moved by more since its state was saved, and by more than this rate, was set.
constexpr nanoseconds kLeastMoved = std::chrono::milliseconds{10};
constexpr Ppm kMostRateSince = Ppm::whole(500);

// A rate that differs by more from the one that was learned belongs to a slew.
constexpr double kSteadyRate = 20e-6;
// The range of the kernel's fine adjustment; no usable crystal is further off.
constexpr double kMostOfACrystal = 500e-6;

// A frequency is not known better than this after a restart, since the temperature may have changed.
Frequency after_restart(Frequency saved) {
  return {saved.value, std::max(saved.deviation, kChangeOfFrequency)};
}

}  // namespace

Hub::Hub(const HubConfig& config, std::optional<LastRun> last_run, const ClockReading& now)
    : config_(config),
      saved_(last_run ? std::move(last_run->state) : SavedState{}),
      is_of_this_boot_(last_run && last_run->is_of_this_boot),
      has_steered_(is_of_this_boot_ && saved_.boot && saved_.boot->has_set_clock),
      is_saved_state_known_(has_steered_),
      started_(now),
      earliest_(config.made),
      set_at_(now.instant.wall),
      steering_(config.limits, now),
      timekeeper_({.earliest = config.made, .latest = config.latest, .tolerance = config.reliable_within}),
      discipline_(config.model),
      reference_({.is_island_reference = config.is_island_reference,
                  .local_stratum = config.local_stratum,
                  .precision = config.precision,
                  .floor = config.made},
                 now.instant.wall) {
  recall();
}

void Hub::recall() {
  expect(saved_.rate_error);
  if (saved_.frequency) frequency_ = after_restart(*saved_.frequency);
  if (!saved_.last_good_time) return;
  earliest_ = std::max(earliest_, *saved_.last_good_time);
  reference_.set_floor(earliest_);
  timekeeper_.raise_floor(*saved_.last_good_time);
  was_running_ = has_steered_;
}

std::optional<Action> Hub::take_action() {
  if (actions_.empty()) return std::nullopt;
  Action next = std::move(actions_.front());
  actions_.pop_front();
  return next;
}

void Hub::take_clock(double rate, Instant now) {
  steering_.take_clock(rate, now.wall);
  if (is_resumed_) doubt_rate(now);
}

// Nothing is known of the rate that another program, or a run without a saved state, has left to the clock:
// it may be that of its oscillator, or of a slew.
void Hub::doubt_rate(Instant now) {
  if (std::abs(clock().rate()) > kMostOfACrystal) {
    left_slew_ = LeftSlew{std::abs(clock().rate()), now.wall};
    order({}, Settle{}, now);
    return untell_of_last_run(now);
  }
  if (clock().rate() != 0) adapt_rate_error(kMostOfACrystal, clock().rate());
}

// The clock keeps the rate that it was left with, which differs from the right one.
void Hub::give_up(const Settle&, Instant) {
  adapt_rate_error(kMostOfACrystal, clock().rate());
}

void Hub::resume(Instant now) {
  is_resumed_ = true;
  if (!clock().is_machines()) was_running_ = false;
  const bool is_ours = has_steered_ && clock().is_machines();
  const std::optional<double> rate = is_ours && frequency_ ? std::optional{-frequency_->value} : std::nullopt;
  const auto sync = rate && was_running_ ? sync_of_last_run(*rate) : std::nullopt;
  // No later run may trust what this one does not: once the clock's rate is right, nothing shows any more
  // that it was left in mid-slew.
  if (!sync && saved_.sync) actions_.emplace_back(action::ForgetSync{});
  if (!clock().is_machines()) return;
  if (!rate) {
    doubt_rate(now);
  } else {
    order({.rate = *rate, .slew = {}, .step = {}}, Settle{}, now);
    if (*rate != 0) adapt_rate_error(2 * frequency_->deviation, *rate);
  }
  if (!sync && is_ours) untell_of_last_run(now);
  if (!sync) return;
  // The saved bound has grown since the sync, and grows on from there.
  const nanoseconds at_sync = saturated_difference(sync->bound.value, drift(sync->age, rate_error()));
  timekeeper_.on_sync(sync->kind, {std::max(at_sync, nanoseconds::zero())},
                      MonoTime{saturated_difference(saved_.boot->uptime, sync->age)});
  const Dispersion bound = timekeeper_.standing(now.mono).bound;
  reference_.on_sync(hub_time(now.wall), bound);
  saved_sync_ = KnownBefore{bound, now.mono};
}

// Returns the sync of the last run with its bound as it has grown, or nothing if the clock does not bear it
// out: what moved it since, other than its steady rate `rate`, is in the bound. The time since then is
// the raw clock's, as slews change the monotonic clock too.
std::optional<SavedSync> Hub::sync_of_last_run(double rate) const {
  // The clock was left in the middle of a slew.
  const double wrong = std::abs(clock().rate() - rate);
  if (wrong > kSteadyRate || !saved_.sync) return std::nullopt;
  const auto since = since_save();
  if (!since || since->asleep > kLeastSleep) return std::nullopt;
  const nanoseconds passed = since->awake + rounded(rate * Seconds{since->awake});
  const nanoseconds moved =
      magnitude(saturated_difference(elapsed(saved_.saved_at, started_.instant.wall), passed));
  if (moved > kLeastMoved + drift(passed, kMostRateSince)) return std::nullopt;
  return SavedSync{saved_.sync->kind, {saturated_sum(saved_.sync->bound.value, moved)}, saved_.sync->age};
}

std::optional<Hub::SinceSave> Hub::since_save() const {
  if (!is_of_this_boot_ || !saved_.boot || !saved_.boot->asleep || !saved_.boot->raw || !started_.raw)
    return std::nullopt;
  const nanoseconds awake = saturated_difference(*started_.raw, *saved_.boot->raw);
  const nanoseconds asleep = saturated_difference(started_.asleep, *saved_.boot->asleep);
  if (awake < nanoseconds::zero() || asleep < -kLeastSleep) return std::nullopt;
  return SinceSave{awake, asleep};
}

// Orders the state to be saved, and remembers the bound that a restart would restore from it.
void Hub::save(Instant now) {
  is_saved_state_known_ = true;
  is_sync_unsaved_ = steering_.left(now.mono).value != nanoseconds::zero();
  saved_sync_.reset();
  if (!is_sync_unsaved_ && reference_.is_vouched()) saved_sync_ = KnownBefore{bound_to_save(now), now.mono};
  actions_.emplace_back(action::Save{});
}

// Leaves room for the bound to grow with the next syncs, so that not each of them has to be saved.
Dispersion Hub::bound_to_save(Instant now) const {
  const Dispersion bound = timekeeper_.standing(now.mono).bound;
  const bool is_sync_to_come = next_save_.has_value();
  if (!is_sync_to_come) return bound;
  return {saturated_sum(saturated_sum(bound.value, bound.value), std::chrono::milliseconds{1})};
}

// Until the frequency has been estimated, the clock's present rate stands in for it, with the deviation that
// follows from the rate error.
Frequency Hub::known_frequency() const {
  // The rate of a slew that was left, and cannot be ended, says nothing about the oscillator.
  if (!frequency_ && std::abs(steering_.steady_rate()) > kMostOfACrystal) return {0.0, kMostOfACrystal};
  const Frequency unknown{-steering_.steady_rate(),
                          std::max(kUnknownDeviation, to_fraction(rate_error()) / 2)};
  return frequency_.value_or(unknown);
}

Frequency Hub::frequency_for(const std::string& source, MonoTime now) const {
  const auto of_source = std::find_if(saved_.sources.begin(), saved_.sources.end(),
                                      [&](const SavedSource& saved) { return saved.source == source; });
  if (!timekeeper_.standing(now).ever_set && of_source != saved_.sources.end())
    return after_restart(of_source->frequency);
  return known_frequency();
}

std::optional<SavedState> Hub::state_to_save(Instant now) const {
  const ClockStanding standing = timekeeper_.standing(now.mono);
  const WallTime hub_now = hub_time(now.wall);
  // A clock before the build time means a simulation: save nothing.
  if (!standing.ever_set || hub_now < config_.made) return std::nullopt;
  SavedState state;
  state.saved_at = hub_now;
  // The clock may have been set back since, and the last good time must not lie in the future.
  state.last_good_time = last_good_ ? last_good_ : saved_.last_good_time;
  if (state.last_good_time) state.last_good_time = std::min(*state.last_good_time, hub_now);
  state.frequency = known_frequency();
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (!servers_[i] || servers_[i]->samples < kFirstSamples) continue;
    const auto estimate = discipline_.source(i)->estimator.at(free_time(now));
    if (!estimate) continue;
    state.sources.push_back(
        {servers_[i]->source(), {estimate->frequency, std::sqrt(estimate->var_frequency)}});
  }
  if (reference_.is_vouched() && standing.vouched && steering_.left(now.mono).value == nanoseconds::zero())
    state.sync = SavedSync{standing.kind, bound_to_save(now), standing.age.value_or(nanoseconds::zero())};
  state.rtc = rtc_ ? rtc_->saved() : saved_.rtc;
  state.rate_error = saved_.rate_error;
  return state;
}

// If another program sets the clock, all comparisons with it become worthless, but not what was learned of
// the oscillator.
bool Hub::notice(const ClockReading& reading) {
  const double rate_before = steering_.steady_rate();
  const auto jump = steering_.take_jump(reading);
  if (!jump) return false;
  const Instant now = reading.instant;
  give_up_exchanges();
  Offset error = jump->by;
  if (jump->slept > nanoseconds::zero()) {
    note(Event::kSlept, fmt::format("the machine slept {:.0f} s", Seconds{jump->slept}.count()));
    timekeeper_.on_slept(jump->slept);
    if (rtc_) rtc_->on_slept();
    error = {saturated_sum(magnitude(jump->beyond_sleep()), kErrorAfterSleep)};
  }
  switch (jump->cause) {
    case Steering::Cause::kLeapSecond:
      discipline_.on_leap_second(jump->by);
      note(Event::kLeapSecond,
           jump->by.value < nanoseconds::zero() ? "a leap second is inserted" : "a leap second is deleted");
      return true;
    case Steering::Cause::kSleep:
      break;
    case Steering::Cause::kSteeredByOthers:
      note(Event::kFault, steering_.intrusion(), action::Note::Level::kError);
      adapt_rate_error(to_fraction(rate_error()) + std::abs(steering_.steady_rate() - rate_before));
      // From now on all that is known of the clock is the maximum error that the other program tells the
      // kernel.
      if (steering_.gives_way()) {
        untell(now);
        error = {nanoseconds::max()};
      }
      break;
    case Steering::Cause::kSomebody:
      note(Event::kClockSetByOthers,
           fmt::format("somebody set the clock by {:+.6f} s", Seconds{jump->beyond_sleep()}.count()),
           action::Note::Level::kNotice);
      break;
  }
  on_machine_set(shifted(now.wall, -saturated(jump->by.value)), now);
  reference_.on_step(hub_time(now.wall));
  timekeeper_.on_clock_moved(error);
  const ClockStanding standing = timekeeper_.standing(now.mono);
  if (standing.ever_set) {
    if (before_island_)
      before_island_->bound = {saturated_sum(before_island_->bound.value, magnitude(error.value))};
    reference_.widen(standing.bound, hub_time(now.wall));
  } else {
    reference_.on_unset();
    last_good_.reset();
    before_island_.reset();
    followed_.clear();
    was_running_ = false;
  }
  fed_.leave_all();
  discipline_.forget_phase();
  consensus_.reset();
  return true;
}

// Another program may keep the clock. As long as no source has told us the time, the maximum error that the
// kernel states is used, unless the clock moves away from it faster than the kernel lets it grow: in a slew,
// which may be one that a killed program has left.
void Hub::on_kernel(const std::optional<KernelClock>& kernel, Instant now) {
  const bool is_slewed = kernel && std::abs(kernel->rate.scaled) > kKernelGrowthRate.scaled;
  // A maximum error that was stated before or during such a slew stays void while it only grows. A smaller
  // one is a new statement.
  const bool is_void = is_slewed || (kernel && void_max_error_ && kernel->max_error >= *void_max_error_);
  void_max_error_ = is_void ? std::optional{kernel->max_error} : std::nullopt;
  const bool holds = kernel && !is_void;
  // The maximum error is that of the machine's clock, from which ours may differ.
  const nanoseconds apart = magnitude(elapsed(now.wall, hub_time(now.wall)));
  const nanoseconds left = magnitude(steering_.left(now.mono).value);
  std::optional<Dispersion> bound;
  if (holds) bound = Dispersion{saturated_sum(kernel->max_error.value, saturated_sum(apart, left))};
  reference_.on_kernel(hub_time(now.wall), bound);
  next_look_at_kernel_ = now.mono + (holds ? kLookAgain : kLookAtKernel);
  has_changed_ = true;
}

void Hub::tick(Instant now) {
  step_rtc(now);
  look_up_names(now.mono);
  if (timekeeper_.standing(now.mono).ever_set) {
    next_look_at_kernel_.reset();
  } else if (!next_look_at_kernel_ || now.mono >= *next_look_at_kernel_) {
    next_look_at_kernel_ = now.mono + kLookAtKernel;
    actions_.emplace_back(action::AskKernel{});
  }
  if (steering_.is_slew_over(now.mono)) end_slew(now);
  retell(now);
  // Reliability ends by time alone, without an event.
  const bool is_reliable = reliable_for(now).has_value();
  if (std::exchange(was_reliable_, is_reliable) != is_reliable) has_changed_ = true;
  if (next_save_ && now.mono >= *next_save_) {
    next_save_ = now.mono + kSaveInterval;
    save(now);
  }
}

std::optional<MonoTime> Hub::next_wakeup(Instant now) const {
  std::optional<MonoTime> next = next_save_;
  for (const auto& wakeup : {steering_.next_wakeup(now), next_rtc_wakeup(now), next_look_at_kernel_,
                             names_.next_lookup(servers_)}) {
    if (wakeup && (!next || *wakeup < *next)) next = wakeup;
  }
  if (const auto left = reliable_for(now)) {
    const MonoTime end{saturated_sum(now.mono.time_since_epoch(), saturated_sum(*left, kPastReliability))};
    if (!next || end < *next) next = end;
  }
  return next;
}

void Hub::stop(const ClockReading& now) {
  notice(now);
  if (steering_.is_slewing()) end_slew(now.instant);
  next_save_.reset();
  save(now.instant);
}

void Hub::note(Event event, const std::string& text, action::Note::Level level) {
  actions_.emplace_back(action::Note{event, text, level});
  has_changed_ = true;
}

ServedTime Hub::served(WallTime now) const {
  return {state(), clock().map(now)};
}

ServerState Hub::state() const {
  return reference_.state(timekeeper_.rate_error().value_or(RateError{}).value);
}

}  // namespace isletime
