// SPDX-License-Identifier: MIT
#include "libsync/policy/timekeeper.hpp"

#include <algorithm>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// The greatest error of the rate that drift() accepts for ages below kLongestAge.
constexpr Ppm kLargestRateError = Ppm::whole(1000);
constexpr nanoseconds kLongestAge = hours{24 * 365 * 4};

// Returns how long a clock that is wrong by `rate` takes to gain `error`: the inverse of drift(), at most 4
// years.
constexpr nanoseconds time_to_gain(nanoseconds error, Ppm rate) {
  constexpr nanoseconds kLargestTolerance = hours{1};
  const std::int64_t time = shorter(error, kLargestTolerance).count() * 65536 / rate.scaled;
  return milliseconds{smaller(time, kLongestAge / milliseconds{1})};
}

constexpr Ppm limited(Ppm rate_error) {
  return {clamped(rate_error.scaled, 1, kLargestRateError.scaled)};
}

constexpr bool is_phone(SourceKind kind) {
  return kind == SourceKind::kPhoneOnAccessPoint || kind == SourceKind::kPhone;
}

}  // namespace

Judgement Timekeeper::judge(const Report& report, MonoTime now) const {
  if (const auto fault = find_fault(report, now)) return {*fault, {}, false};
  if (!last_) return {Verdict::kAdopt, report.bound, false};
  const Rule& r = rule(report.kind);
  if (is_in_force(*last_, now) && r.rank > rule(last_->kind).rank) return {Verdict::kOutranked, {}, false};
  if (contradicted_ && !may_decide(report.kind)) return {Verdict::kOutranked, {}, false};
  Judgement judgement = compare(report, *last_, now);
  judgement.warn = r.warn_above && magnitude(report.offset.value) > *r.warn_above;
  return judgement;
}

// A battery clock knows no better than what has set it, which was perhaps this very clock.
bool Timekeeper::may_decide(SourceKind kind) const {
  return rule(kind).may_make_reliable && kind != SourceKind::kRtc;
}

// Finds faults of the report itself, and of its relation to a clock that a source at least as good makes
// reliable.
std::optional<Verdict> Timekeeper::find_fault(const Report& report, MonoTime now) const {
  const Rule& r = rule(report.kind);
  if (!report.reliable || report.kind == SourceKind::kFreeRun) return Verdict::kUnreliable;
  if (report.kind == SourceKind::kCamera && client_seen_) return Verdict::kUnreliable;
  if (report.bound.value < nanoseconds::zero() || report.bound > max_bound(r, now)) return Verdict::kAbsurd;
  if (const auto implausible = find_implausible(report.kind, report.claimed)) return implausible;
  const bool is_held = last_ && is_reliable(*last_, now) && rule(last_->kind).rank <= r.rank;
  if (is_held && r.max_offset && magnitude(report.offset.value) > *r.max_offset) return Verdict::kAbsurd;
  return std::nullopt;
}

Dispersion Timekeeper::max_bound(const Rule& rule, MonoTime now) const {
  const nanoseconds most = rule.max_bound;
  const bool is_known = last_ && bound_at(*last_, now).value <= most;
  return {is_known ? most : longer(most, rule.max_bound_of_unset)};
}

// A person may know better than a floor raised by a lying source.
std::optional<Verdict> Timekeeper::find_implausible(SourceKind kind, WallTime claimed) const {
  const WallTime floor = kind == SourceKind::kManual ? config_.earliest : earliest_;
  if (claimed < floor) return Verdict::kBelowFloor;
  if (claimed > config_.latest) return Verdict::kAbsurd;
  return std::nullopt;
}

// The report is sound, and no better source is within its window.
Judgement Timekeeper::compare(const Report& report, const Sync& held, MonoTime now) const {
  const Rule& r = rule(report.kind);
  const Dispersion held_bound = bound_at(held, now);
  const nanoseconds difference = magnitude(report.offset.value);
  const bool consistent = difference <= saturated_sum(report.bound.value, held_bound.value);
  const bool is_better_ranked = r.rank < rule(held.kind).rank;
  const bool knows_less = report.bound > held_bound;
  // If the clock agrees with a less accurate source of no better rank, adopting that could only make it
  // worse.
  const bool agrees = difference <= r.threshold || (consistent && knows_less && !is_better_ranked);

  // A source that makes nothing reliable does not replace a reliable one, whose time only ages by its drift.
  if (!(report.vouched && r.may_make_reliable) && may_make_reliable(held)) {
    return {agrees ? Verdict::kBelowThreshold : Verdict::kOutranked, {}, false};
  }
  if (agrees) {
    const Dispersion by_report{saturated_sum(difference, report.bound.value)};
    const bool held_counts = consistent && may_make_reliable(held);
    return {Verdict::kAgree, held_counts ? std::min(held_bound, by_report) : by_report, false};
  }
  // A person may replace the time of another person even by a less exact one.
  const bool is_decision = report.kind == SourceKind::kManual;
  if (knows_less && !is_decision && r.rank == rule(held.kind).rank && is_in_force(held, now)) {
    return {Verdict::kTooUncertain, {}, false};
  }
  return {Verdict::kAdopt, report.bound, false};
}

void Timekeeper::on_sync(SourceKind kind, Dispersion bound, MonoTime now, nanoseconds until_next,
                         bool vouched) {
  constexpr nanoseconds kUsualPoll = seconds{1024};  // NTP's window allows for polls up to this
  if (kind == SourceKind::kFreeRun) return;
  if (is_phone(kind)) client_seen_ = true;
  const nanoseconds more = kind == SourceKind::kNtp
                               ? shorter(longer(until_next, kUsualPoll), seconds{1 << kMaxPoll}) - kUsualPoll
                               : nanoseconds::zero();
  last_.emplace(Sync{kind, {longer(bound.value, nanoseconds::zero())}, now, more, vouched});
  contradicted_ = false;
}

void Timekeeper::on_slept(nanoseconds time) {
  if (last_) last_->at -= std::clamp(time, nanoseconds::zero(), kLongestAge);
}

void Timekeeper::widen(Dispersion bound, MonoTime now) {
  if (!last_) return;
  const nanoseconds missing = saturated_difference(bound.value, bound_at(*last_, now).value);
  if (missing > nanoseconds::zero()) last_->bound.value = saturated_sum(last_->bound.value, missing);
}

void Timekeeper::on_clock_moved(Offset by) {
  if (!last_) return;
  const nanoseconds moved = magnitude(by.value);
  const auto& most = rule(SourceKind::kNtp).max_offset;
  if (most && moved > *most) {
    last_.reset();
    contradicted_ = false;
  } else {
    last_->bound = {saturated_sum(last_->bound.value, moved)};
  }
}

void Timekeeper::raise_floor(WallTime known) {
  earliest_ = later(earliest_, known);
}

void Timekeeper::lower_floor(WallTime known) {
  earliest_ = later(config_.earliest, earlier(earliest_, known));
}

void Timekeeper::adapt(Ppm rate_error) {
  rate_error_.emplace(RateError{limited(rate_error), true});
}

void Timekeeper::expect(Ppm rate_error) {
  if (rate_error_ && rate_error_->is_measured) return;
  rate_error_ = RateError{limited(rate_error), false};
}

nanoseconds Timekeeper::window(SourceKind kind, Dispersion bound_at_sync) const {
  constexpr nanoseconds kShortest = std::chrono::minutes{10};
  constexpr nanoseconds kLongest = hours{24};
  const Rule& r = rule(kind);
  if (!rate_error_ || !r.adaptive) return r.window;
  const nanoseconds left =
      longer(saturated_difference(config_.tolerance.value, bound_at_sync.value), nanoseconds::zero());
  const nanoseconds adapted = shorter(time_to_gain(left, rate_error_->value), kLongest);
  return longer(adapted, kShortest);
}

nanoseconds Timekeeper::age(const Sync& sync, MonoTime now) const {
  return isletime::age(sync.at, now);
}

Dispersion Timekeeper::bound_at(const Sync& sync, MonoTime now) const {
  const Ppm rate = rate_error_ ? rate_error_->value : kFrequencyTolerance;
  const nanoseconds growth = drift(shorter(age(sync, now), kLongestAge), rate);
  return {saturated_sum(sync.bound.value, growth)};
}

nanoseconds Timekeeper::window_of(const Sync& sync) const {
  return saturated_sum(window(sync.kind, sync.bound), sync.window_more);
}

bool Timekeeper::is_in_force(const Sync& sync, MonoTime now) const {
  return !contradicted_ && age(sync, now) < window_of(sync);
}

bool Timekeeper::is_reliable(const Sync& sync, MonoTime now) const {
  return may_make_reliable(sync) && is_in_force(sync, now) &&
         bound_at(sync, now).value <= config_.tolerance.value;
}

ClockStanding Timekeeper::standing(MonoTime now) const {
  if (!last_) return {SourceKind::kFreeRun, std::nullopt, {nanoseconds::max()}, false, false};
  return {last_->kind, age(*last_, now), bound_at(*last_, now), is_reliable(*last_, now),
          true,        last_->vouched};
}

nanoseconds Timekeeper::reliable_for(MonoTime now) const {
  if (!last_ || !is_reliable(*last_, now)) return nanoseconds::zero();
  const Ppm rate = rate_error_ ? rate_error_->value : kFrequencyTolerance;
  const nanoseconds tolerated = saturated_difference(config_.tolerance.value, bound_at(*last_, now).value);
  return shorter(saturated_difference(window_of(*last_), age(*last_, now)), time_to_gain(tolerated, rate));
}

nanoseconds Timekeeper::in_force_for(MonoTime now) const {
  if (!last_ || !is_in_force(*last_, now)) return nanoseconds::zero();
  return saturated_difference(window_of(*last_), age(*last_, now));
}

bool Timekeeper::may_write_rtc(MonoTime now) const {
  return last_ && last_->kind != SourceKind::kRtc && is_reliable(*last_, now);
}

}  // namespace isletime
