// SPDX-License-Identifier: MIT
#include "firmware/kit/rtc_runner.hpp"

#include <algorithm>
#include <chrono>

#include "libsync/core/civil_time.hpp"
#include "libsync/drivers/chip_mark.hpp"
#include "libsync/drivers/rtc_policy.hpp"

namespace isletime::firmware {
namespace {

using std::chrono::milliseconds;

// How late a write may start, which is also its error: a device's timer may tick once a millisecond. If the
// chip has no time, any write that does not count as failed is better than none.
constexpr nanoseconds kLatest = milliseconds{2};
constexpr nanoseconds kLatestIfLost = milliseconds{15};
// A flash memory wears out; a comparison that is older costs as much of the bound as the chip drifts.
constexpr nanoseconds kBetweenSaves = std::chrono::hours{6};
constexpr nanoseconds kIdle = seconds{3600};

CivilDate date_of(WallTime time) {
  return to_civil_time(time).date;
}

}  // namespace

RtcRunner::RtcRunner(const Config& config, const std::optional<SavedRtc>& saved)
    : config_(config),
      rtc_(config.uptime(), saved ? std::optional{saved->compared} : std::nullopt,
           saved ? saved->rate : std::nullopt),
      saved_(saved),
      state_(config.bus != nullptr ? RtcState::kSought : RtcState::kNone),
      stored_{saved.has_value(), saved && saved->rate},
      stored_before_(stored_) {
  if (!saved) return;
  lead_ = saved->lead;
  mark_ = saved->mark;
}

void RtcRunner::poll(const RtcClock& clock) {
  const MonoTime now = config_.uptime();
  if (config_.bus == nullptr) {
    next_wakeup_ = now + kIdle;
    return;
  }
  if (phase_ == Phase::kIdle) {
    const auto truth = clock.truth(clock.context, now);
    const auto job = rtc_.next_job(truth, now);
    next_wakeup_ = rtc_.next_wakeup(truth);
    if (job) begin(*job);
    // Before a chip is written, what is stored is taken back.
    return;
  }
  if (now < next_wakeup_) return;
  advance(clock);
}

void RtcRunner::begin(DeviceRtcJob job) {
  job_ = job;
  next_wakeup_ = {};
  is_saving_barred_ = false;
  if (!chip_ && config_.model) use(*config_.model, default_address(*config_.model));
  if (chip_) {
    start_job();
    return;
  }
  phase_ = Phase::kDetecting;
  detected_ = RtcState::kAbsent;
  address_ = 0;
  detector_.emplace(kClockAddresses[0]);
}

void RtcRunner::start_job() {
  retries_.succeed();
  if (job_ == DeviceRtcJob::kCheck) {
    phase_ = Phase::kInspecting;
    return;
  }
  phase_ = Phase::kStepping;
  if (job_ == DeviceRtcJob::kRead) {
    stepper_.emplace(RtcStepper::Reading{});
    return;
  }
  stepper_.emplace(RtcStepper::Setting{.set_delay = (*chip_)->set_delay(),
                                       .latest = state_ == RtcState::kGood ? kLatest : kLatestIfLost,
                                       .lead = lead_});
}

void RtcRunner::advance(const RtcClock& clock) {
  switch (phase_) {
    case Phase::kDetecting:
      detect();
      break;
    case Phase::kStepping:
      step(clock);
      break;
    case Phase::kSmoothing:
      smooth();
      break;
    case Phase::kMarking:
      mark(clock);
      break;
    case Phase::kInspecting:
    case Phase::kInspectingAgain:
      inspect();
      break;
    case Phase::kRepairing:
      repair();
      break;
    case Phase::kIdle:
      break;
  }
}

// Repeats the last call after a pause, or gives up.
void RtcRunner::retry() {
  const auto again = retries_.after_failure(config_.uptime());
  if (!again) {
    fail(RtcState::kBusFailed);
    return;
  }
  next_wakeup_ = *again;
}

void RtcRunner::detect() {
  const MonoTime before = config_.uptime();
  const RtcDetector::Step todo = detector_->next(before);
  next_wakeup_ = {};
  switch (todo.kind) {
    case RtcDetector::Step::Kind::kWait:
      next_wakeup_ = todo.at;
      break;
    case RtcDetector::Step::Kind::kRead:
      if (const auto error =
              config_.bus->transfer(kClockAddresses[address_], Bytes{&todo.first, 1}, todo.in)) {
        detector_->on_failed(*error, config_.uptime());
      } else {
        detector_->on_read(before, config_.uptime());
      }
      break;
    case RtcDetector::Step::Kind::kDone:
      finish_detecting();
      break;
  }
}

// A bus that fails may hide a chip, so that is said rather than that there is none.
void RtcRunner::finish_detecting() {
  if (const auto chip = detector_->found()) {
    if (chip->model) use(*chip->model, chip->address);
    if (chip->candidates[0]) detected_ = RtcState::kAmbiguous;
    if (chip->error && detected_ == RtcState::kAbsent) detected_ = RtcState::kBusFailed;
  }
  if (chip_) {
    start_job();
  } else if (++address_ < kClockAddresses.size()) {
    detector_.emplace(kClockAddresses[address_]);
  } else {
    fail(detected_);
  }
}

// What was saved or learned is of another chip if the model is another.
void RtcRunner::use(ChipModel model, std::uint8_t address) {
  const bool is_other = model_   ? *model_ != model
                        : saved_ ? saved_->model != static_cast<std::uint8_t>(model)
                                 : false;
  if (is_other) {
    rtc_.forget();
    lead_.reset();
    mark_.reset();
    uncompared_since_.reset();
  }
  saved_.reset();
  model_ = model;
  chip_.emplace(model, *config_.bus, address);
}

void RtcRunner::step(const RtcClock& clock) {
  const MonoTime before = config_.uptime();
  const auto truth = clock.truth(clock.context, before);
  const RtcStep todo = stepper_->next({before, truth ? truth->time : WallTime{}});
  RtcChip& chip = **chip_;
  next_wakeup_ = {};
  switch (todo.kind) {
    case RtcStep::Kind::kWait:
      next_wakeup_ = todo.at;
      break;
    case RtcStep::Kind::kRead:
      if (const auto reading = chip.read(date_of(config_.built))) {
        stepper_->on_read(before, config_.uptime(), *reading);
      } else {
        stepper_->on_failed(config_.uptime());
      }
      break;
    case RtcStep::Kind::kReadSecond:
      if (const auto second = chip.read_second()) {
        stepper_->on_second(before, config_.uptime(), *second);
      } else {
        stepper_->on_failed(config_.uptime());
      }
      break;
    case RtcStep::Kind::kPrepare:
    case RtcStep::Kind::kSet:
      write(todo, truth);
      break;
    case RtcStep::Kind::kDone:
      finish_steps(clock);
      break;
  }
}

// A clock that is no longer verified is not written, nor a chip for which a stored record would vouch after a
// loss of power: its time is another once it is written.
void RtcRunner::write(const RtcStep& todo, const std::optional<RtcTruth>& truth) {
  if (!truth || !truth->is_verified || stored_.has_comparison) {
    phase_ = Phase::kIdle;
    rtc_.on_write_missed(config_.uptime());
    return;
  }
  const bool is_set = todo.kind == RtcStep::Kind::kSet;
  if (is_set ? (*chip_)->set(to_civil_time(WallTime{todo.second})) : (*chip_)->prepare()) {
    stepper_->on_failed(config_.uptime());
  } else if (is_set) {
    stepper_->on_set(todo.second);
  } else {
    stepper_->on_prepared();
  }
}

std::optional<RtcState> RtcRunner::distrust() const {
  const RtcReading& reading = *stepper_->reading();
  if (belief_in(reading, false) != RtcBelief::kFull) return RtcState::kLost;
  if (!reading.time) return RtcState::kNotATime;
  const auto edge = stepper_->edge(config_.uptime());
  const auto time = edge ? to_wall_time(edge->second, 0) : std::nullopt;
  if (!time || find_implausible(*time, config_.built)) return RtcState::kImplausible;
  return std::nullopt;
}

void RtcRunner::finish_steps(const RtcClock& clock) {
  switch (stepper_->end()) {
    case RtcEnd::kFound:
      if (const auto why = distrust()) {
        finish_in_vain(clock, *why);
      } else {
        retries_.succeed();
        phase_ = Phase::kSmoothing;
      }
      break;
    case RtcEnd::kLost:
      finish_in_vain(clock, RtcState::kLost);
      break;
    case RtcEnd::kNotATime:
      finish_in_vain(clock, RtcState::kNotATime);
      break;
    case RtcEnd::kStopped:
      finish_in_vain(clock, RtcState::kStopped);
      break;
    case RtcEnd::kStandsStill:
    case RtcEnd::kErratic:
      fail(RtcState::kNotRunning);
      break;
    case RtcEnd::kNotFound:
      fail(RtcState::kTooSlow);
      break;
    case RtcEnd::kMissed:
      phase_ = Phase::kIdle;
      rtc_.on_write_missed(config_.uptime());
      break;
    case RtcEnd::kReadFailed:
    case RtcEnd::kNotPrepared:
    case RtcEnd::kSetFailed:
      fail(RtcState::kBusFailed);
      break;
  }
}

// The chip's time is compared as if it had an even pace.
void RtcRunner::smooth() {
  if (const auto ripple = (*chip_)->ripple()) {
    retries_.succeed();
    ripple_ = *ripple;
    phase_ = Phase::kMarking;
  } else {
    retry();
  }
}

void RtcRunner::mark(const RtcClock& clock) {
  RtcMark seen;
  if ((*chip_)->trim_range()) {
    const auto trim = (*chip_)->trim();
    if (!trim) return retry();
    seen.trim = static_cast<std::int16_t>(trim->value);
  }
  const auto digest = chip_mark(*model_, *config_.bus, (*chip_)->address(), false);
  if (!digest) return retry();
  if (*digest) seen.digest = static_cast<std::uint16_t>(**digest);
  meet(seen);
  finish_sighted(clock);
}

// Nothing that is known of a chip with another mark holds for this one.
void RtcRunner::meet(const RtcMark& mark) {
  if (mark_ && *mark_ != mark) {
    rtc_.forget();
    lead_.reset();
    uncompared_since_.reset();
  }
  mark_ = mark;
}

RtcTraits RtcRunner::traits(MonoTime now) {
  const ChipOscillator& oscillator = (*chip_)->oscillator();
  if (!uncompared_since_) uncompared_since_ = now;
  const TrimSteps trim{mark_ ? mark_->trim : 0};
  return {.rate = {.tolerance = oscillator.bound(trim), .wander = oscillator.wander(trim)},
          .uncompared = bound_of_uncompared(oscillator, elapsed(*uncompared_since_, now), trim),
          .is_stored = stored_.has_comparison && stored_.has_rate};
}

void RtcRunner::finish_sighted(const RtcClock& clock) {
  phase_ = Phase::kIdle;
  const MonoTime now = config_.uptime();
  const SecondEdge edge = *stepper_->edge(now);
  const RtcSighting sighting{
      .chip = WallTime{edge.second}, .at = edge.at, .bound = {edge.bound.value + ripple_.value}};
  const auto truth = clock.truth(clock.context, sighting.at);
  if (job_ == DeviceRtcJob::kWrite) {
    finish_written(sighting, truth, now);
  } else {
    state_ = RtcState::kGood;
    if (const auto chip_time = rtc_.on_read(sighting, traits(now), truth, now))
      clock.on_chip_time(clock.context, *chip_time, sighting.at);
  }
  if (!truth || !truth->is_verified || !rtc_.comparison()) return;
  const bool is_stored = stored_.has_comparison && (stored_.has_rate || !rtc_.rate());
  if (is_stored && compared_saved_ && elapsed(*compared_saved_, now) < kBetweenSaves) return;
  compared_saved_ = now;
  is_worth_saving_ = true;
}

// If the clock is doubted again, nothing can be said of the write.
void RtcRunner::finish_written(const RtcSighting& sighting, const std::optional<RtcTruth>& truth,
                               MonoTime now) {
  if (!truth || !truth->is_verified) {
    rtc_.on_write_failed(now);
    return;
  }
  lead_ = stepper_->lead();
  if (rtc_.on_written(sighting, traits(now), *truth, now)) {
    state_ = RtcState::kGood;
    ++writes_;
  } else {
    state_ = RtcState::kNotKept;
  }
}

void RtcRunner::finish_in_vain(const RtcClock& clock, RtcState why) {
  phase_ = Phase::kIdle;
  const MonoTime now = config_.uptime();
  if (job_ == DeviceRtcJob::kRead) {
    state_ = why;
    rtc_.on_read_in_vain(clock.truth(clock.context, now), now);
    return;
  }
  state_ = RtcState::kNotKept;
  rtc_.on_write_failed(now);
}

void RtcRunner::fail(RtcState why) {
  const MonoTime now = config_.uptime();
  phase_ = Phase::kIdle;
  state_ = why;
  ++failures_;
  rtc_.on_failed(now);
  if (job_ == DeviceRtcJob::kWrite) rtc_.on_write_failed(now);
  // The chip may have been replaced.
  chip_.reset();
}

void RtcRunner::inspect() {
  const auto report = (*chip_)->inspect();
  if (!report) {
    retry();
    return;
  }
  const auto findings = report->findings();
  const auto repairable = static_cast<unsigned>(
      std::count_if(findings.begin(), findings.end(),
                    [](const RegisterFinding& finding) { return is_repairable(finding.fault); }));
  if (phase_ == Phase::kInspecting && repairable > 0) {
    findings_ = repairable;
    phase_ = Phase::kRepairing;
    return;
  }
  const bool is_repaired = phase_ == Phase::kInspectingAgain && findings_ > repairable;
  if (is_repaired) repairs_ += findings_ - repairable;
  phase_ = Phase::kIdle;
  rtc_.on_checked(config_.uptime(), is_repaired);
}

void RtcRunner::repair() {
  if ((*chip_)->repair()) {
    fail(RtcState::kBusFailed);
  } else {
    phase_ = Phase::kInspectingAgain;
  }
}

// The stored record must not vouch for a chip that is about to be written, or that somebody has set or
// replaced.
bool RtcRunner::take_worth_saving() {
  const bool is_wrong = stored_.has_comparison && !rtc_.comparison();
  if (is_saving_barred_ || !(is_worth_saving_ || is_wrong)) return false;
  is_worth_saving_ = false;
  stored_before_ = stored_;
  stored_ = {rtc_.comparison().has_value(), rtc_.comparison() && rtc_.rate()};
  return true;
}

void RtcRunner::on_not_saved() {
  stored_ = stored_before_;
  is_saving_barred_ = true;
}

std::optional<SavedRtc> RtcRunner::saved() const {
  if (!model_) return saved_;
  if (!rtc_.comparison()) return std::nullopt;
  return SavedRtc{.model = static_cast<std::uint8_t>(*model_),
                  .compared = *rtc_.comparison(),
                  .lead = lead_,
                  .rate = rtc_.rate(),
                  .mark = mark_};
}

}  // namespace isletime::firmware
