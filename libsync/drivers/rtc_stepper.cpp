// SPDX-License-Identifier: MIT
#include "libsync/drivers/rtc_stepper.hpp"

#include <algorithm>

namespace isletime {

RtcStep RtcStepper::next(const RtcNow& now) {
  if (phase_ == Phase::kConcluding) conclude(now);
  if (barred_until_ && now.mono < *barred_until_ && phase_ != Phase::kDone) return wait(*barred_until_);
  barred_until_.reset();
  return act(now);
}

RtcStep RtcStepper::act(const RtcNow& now) {
  switch (phase_) {
    case Phase::kPreparing:
      return {.kind = RtcStep::Kind::kPrepare};
    case Phase::kPlanning:
      plan(now);
      return wait(start_);
    case Phase::kAwaiting:
      return set_in_time(now);
    case Phase::kFirst:
    case Phase::kLast:
      return {.kind = RtcStep::Kind::kRead};
    case Phase::kSearching:
      return look(now.mono);
    case Phase::kConcluding:
    case Phase::kDone:
      break;
  }
  return {.kind = RtcStep::Kind::kDone};
}

RtcStep RtcStepper::finish(RtcEnd end) {
  phase_ = Phase::kDone;
  end_ = end;
  return {.kind = RtcStep::Kind::kDone};
}

void RtcStepper::on_failed(MonoTime now) {
  if (phase_ == Phase::kAwaiting) {
    finish(RtcEnd::kSetFailed);
    return;
  }
  barred_until_ = retries_.after_failure(now);
  next_look_.reset();
  if (!barred_until_) finish(phase_ == Phase::kPreparing ? RtcEnd::kNotPrepared : RtcEnd::kReadFailed);
}

// Plans to write the first second that can be written in time.
void RtcStepper::plan(const RtcNow& now) {
  phase_ = Phase::kAwaiting;
  const nanoseconds earliest = now.time.time_since_epoch() + kNotice + lead_;
  second_ = std::chrono::ceil<seconds>(earliest);
  start_ = now.mono + (second_ - now.time.time_since_epoch()) - lead_;
}

RtcStep RtcStepper::set_in_time(const RtcNow& now) {
  if (now.mono < start_) return wait(start_);
  late_ = now.mono - start_;
  if (late_ <= setting_->latest) return {.kind = RtcStep::Kind::kSet, .second = second_};
  // The last set is known, though it may not be the best possible.
  if (++misses_ >= kMostMisses) return finish(sets_ == 0 ? RtcEnd::kMissed : RtcEnd::kFound);
  plan(now);
  return wait(start_);
}

void RtcStepper::on_prepared() {
  retries_.succeed();
  phase_ = Phase::kPlanning;
}

void RtcStepper::on_set(seconds shown) {
  ++sets_;
  shown_less_utc_ = shown - second_;
  misses_ = doubtful_ = garbled_ = 0;
  phase_ = Phase::kFirst;
}

std::optional<RtcEnd> RtcStepper::doubt_of(const RtcReading& reading) const {
  if (reading.integrity == Integrity::kLost && !seeks_lost_) return RtcEnd::kLost;
  if (!reading.time) return RtcEnd::kNotATime;
  if (!reading.is_running) return RtcEnd::kStopped;
  return std::nullopt;
}

void RtcStepper::on_doubtful(MonoTime now, RtcEnd doubt) {
  if (++doubtful_ >= kMostDoubtful) {
    finish(doubt);
    return;
  }
  barred_until_ = now + kRtcPause;
}

bool RtcStepper::agrees(MonoTime before, MonoTime after, const RtcReading& reading) const {
  const seconds shown = seconds_since_epoch(*reading.time);
  return shown >= search_.edge(before)->second - seconds{1} &&
         shown <= search_.edge(after)->second + seconds{1};
}

void RtcStepper::on_read(MonoTime before, MonoTime after, const RtcReading& reading) {
  retries_.succeed();
  reading_ = reading;
  auto doubt = doubt_of(reading);
  if (!doubt && phase_ == Phase::kLast && !agrees(before, after, reading)) doubt = RtcEnd::kErratic;
  if (doubt) {
    on_doubtful(after, *doubt);
    return;
  }
  doubtful_ = 0;
  if (phase_ == Phase::kLast) {
    phase_ = Phase::kConcluding;
    return;
  }
  phase_ = Phase::kSearching;
  known_ = seconds_since_epoch(*reading.time);
  known_at_ = before;
  deadline_ = before + kPatience;
  next_look_.reset();
  search_ = EdgeSearch{};
  search_.add({before, after, known_});
}

// Returns the time that ends in `second` and is nearest to what the chip should show: if it were half a
// minute off, the number alone would not determine the minute.
seconds RtcStepper::unfolded(MonoTime at, std::uint8_t second) const {
  constexpr std::int64_t kMinute = 60;
  const seconds expected = known_ + std::chrono::floor<seconds>(at - known_at_);
  const std::int64_t beyond = ((second - expected.count()) % kMinute + kMinute) % kMinute;
  return expected + seconds{beyond < kMinute / 2 ? beyond : beyond - kMinute};
}

void RtcStepper::on_second(MonoTime before, MonoTime after, std::optional<std::uint8_t> second) {
  retries_.succeed();
  next_look_.reset();
  if (second) {
    search_.add({before, after, unfolded(before, *second)});
  } else if (++garbled_ >= kMostGarbled) {
    finish(RtcEnd::kNotATime);
  } else {
    barred_until_ = after + kRtcPause;
  }
}

RtcStep RtcStepper::look(MonoTime now) {
  switch (search_.state()) {
    case EdgeState::kStandsStill:
      return finish(RtcEnd::kStandsStill);
    case EdgeState::kErratic:
      return finish(RtcEnd::kErratic);
    case EdgeState::kFound:
      phase_ = Phase::kLast;
      return {.kind = RtcStep::Kind::kRead};
    case EdgeState::kSearching:
      break;
  }
  if (now > deadline_) {
    if (search_.edge(now)->bound.value > kWidest) return finish(RtcEnd::kNotFound);
    phase_ = Phase::kLast;
    return {.kind = RtcStep::Kind::kRead};
  }
  // The time is planned only once, because replanning would delay it each time.
  if (!next_look_) next_look_ = search_.next_look(now);
  if (now < *next_look_) return wait(*next_look_);
  return {.kind = RtcStep::Kind::kReadSecond};
}

void RtcStepper::conclude(const RtcNow& now) {
  if (!setting_) {
    finish(RtcEnd::kFound);
    return;
  }
  const SecondEdge edge = *search_.edge(now.mono);
  const auto began = to_wall_time(edge.second - shown_less_utc_, 0);
  if (!began) {
    finish(RtcEnd::kErratic);
    return;
  }
  error_ = elapsed(now.time - (now.mono - edge.at), *began);
  const nanoseconds worth = std::max(kWorthAnother, edge.bound.value);
  const bool is_good = error_ >= -worth && error_ <= worth;
  const bool is_correctable = error_ > -seconds{1} && error_ < seconds{1};
  if (is_good || !is_correctable || sets_ >= kMostSets) {
    finish(RtcEnd::kFound);
    return;
  }
  // The late start is not the chip's, so the next write does not begin earlier because of it.
  lead_ -= error_ + late_;
  phase_ = Phase::kPreparing;
}

}  // namespace isletime
