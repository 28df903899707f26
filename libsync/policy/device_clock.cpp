// SPDX-License-Identifier: MIT
#include "libsync/policy/device_clock.hpp"

#include <algorithm>

#include "libsync/core/reference_id.hpp"
#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using std::chrono::milliseconds;

// A larger error is corrected at once, a smaller one by slewing, so that time does not go back.
constexpr nanoseconds kStepAbove = milliseconds{100};

// The share of the poll interval in which a correction is slewed, as on the hub.
constexpr int kSlewShare = 4;
// The time in which a correction by a source that is not polled is slewed.
constexpr milliseconds kSlewWithin = seconds{16};

// Crystals off by 272 ppm were seen on cheap boards.
constexpr Ppm kUnknownRateError = Ppm::whole(300);
// The first measurements look more certain than they are, as the least delay is not known yet.
constexpr std::uint8_t kFirstSamples = 8;
// After so long a time without measurements a rate that was hardly known is not worth keeping.
constexpr nanoseconds kForgottenAfter = seconds{1000};

// An error is hardly larger than this many deviations.
constexpr std::int64_t kDeviations = 3;
// A rate counts as known if it is known about as well as the temperature lets it stay.
constexpr Ppm kKnownRateError = Ppm::whole(20);

// Returns the rate of a clock that gains this much in a span of time.
Ppm rate_over(nanoseconds gained, nanoseconds span) {
  constexpr std::int64_t kMillion = 1'000'000;
  constexpr nanoseconds kMost = std::chrono::hours{1};
  return Ppm{ratio(shorter(gained, kMost).count() * kMillion, larger(span.count(), 1), 16)};
}

}  // namespace

DeviceClock::DeviceClock(const Config& config)
    : config_(config),
      keeper_({.earliest = config.built, .latest = config.latest, .tolerance = config.reliable_within}),
      estimator_(new_estimator()) {
  if (config_.saved_rate) clock_.set_rate({}, *config_.saved_rate);
  keeper_.adapt(rate_error({}));
}

DeviceEstimator DeviceClock::new_estimator() const {
  DeviceEstimator estimator{config_.wander};
  const Ppm deviation{config_.saved_rate_error.scaled / kDeviations};
  if (config_.saved_rate) estimator.expect_rate(*config_.saved_rate, deviation);
  return estimator;
}

WallTime DeviceClock::free_time(MonoTime at) const {
  return shifted(config_.built, at.time_since_epoch());
}

MeasurementUse DeviceClock::on_measurement(const Measurement& m, MonoTime at) {
  const WallTime claimed = shifted(m.time, m.offset.value);
  const bool is_island = is_local_clock(m.server.stratum, m.server.reference_id) && config_.may_follow_island;
  const SourceKind kind = is_island ? SourceKind::kIsland : SourceKind::kNtp;
  if (keeper_.find_implausible(kind, claimed)) return MeasurementUse::kBelowFloor;
  const MonoTime sampled{elapsed(config_.built, m.time)};
  const nanoseconds root = isletime::root_distance(m.server);
  if (elapsed(root_at_, at) > kForgottenAfter && !is_rate_known(root_at_)) restart_estimate();
  const SampleUse use = estimator_.add({sampled, m.offset, m.delay, m.dispersion});
  // A doubted sample leaves the estimate, but its server may have become worse.
  root_distance_ = use == SampleUse::kDoubted ? longer(root_distance_at(at), root) : root;
  root_at_ = at;
  if (use != SampleUse::kDoubted) latest_ = {sampled, m.offset, {error_bound(m)}};
  // A server that was set to another time tells nothing of the rate until then.
  if (samples_ == 0 || use == SampleUse::kStepped) first_ = latest_;
  keeper_.adapt(rate_error(at));
  if (use == SampleUse::kDoubted) return MeasurementUse::kDoubted;
  if (samples_ < kFirstSamples) ++samples_;
  if (use == SampleUse::kStepped) common_.reset();
  if (is_island && !config_.may_follow_island(*this, m, at)) {
    learn_rate(at);
    return MeasurementUse::kOutranked;
  }
  is_following_ = true;
  clock_.set_rate(at, rate(at));
  const seconds interval = estimator_.interval(at);
  const Target followed = target(at);
  approach(SlewTime{interval} / kSlewShare, followed.time, at);
  keeper_.on_sync(kind, followed.bound, at, interval);
  return use == SampleUse::kStepped ? MeasurementUse::kStepped : MeasurementUse::kFollowed;
}

// NTP measurements need no judgement one by one, because several have to contradict the estimate before it
// steps. Those of an island's server do, if something better has set the clock.
bool DeviceClock::judge_island(const DeviceClock& clock, const Measurement& m, MonoTime at) {
  if (clock.is_following_ && clock.keeper_.standing(at).kind == SourceKind::kIsland) return true;
  const WallTime claimed = shifted(m.time, m.offset.value);
  const WallTime now = clock.wall(at).value_or(clock.free_time(at));
  const Report report{.kind = SourceKind::kIsland,
                      .offset = {elapsed(now, claimed)},
                      .bound = {error_bound(m)},
                      .reliable = true,
                      .claimed = claimed};
  const Verdict verdict = clock.keeper_.judge(report, at).verdict;
  return verdict == Verdict::kAdopt || verdict == Verdict::kAgree;
}

// The clock keeps its reading and takes the rate that is known now.
void DeviceClock::learn_rate(MonoTime at) {
  if (is_following_ || !is_rate_known(at)) return;
  aim_ = {at, target(at).time};
  clock_.set_rate(at, rate(at));
  adjusted_ = at;
}

void DeviceClock::on_server_changed(MonoTime at) {
  stop_following(at);
  if (is_rate_known(at)) {
    config_.saved_rate = rate(at);
    config_.saved_rate_error = rate_error(at);
  }
  restart_estimate();
}

void DeviceClock::restart_estimate() {
  estimator_ = new_estimator();
  samples_ = 0;
}

// The bound continues from the present one, at the rate's uncertainty.
void DeviceClock::stop_following(MonoTime at) {
  if (!is_following_) return;
  const auto present = this->at(at);
  aim_ = {at, target(at).time};
  is_following_ = false;
  common_.reset();
  keeper_.widen(present->bound, at);
}

// A source that agrees ends no slew, so it is compared with the time to which the clock is slewed.
Judgement DeviceClock::on_report(SourceKind kind, WallTime claimed, Dispersion bound, bool is_reliable,
                                 MonoTime at, bool vouched) {
  const auto present = this->at(at);
  if (is_following_) keeper_.widen(present->bound, at);
  const Report report{.kind = kind,
                      .offset = {elapsed(present ? target(at).time : free_time(at), claimed)},
                      .bound = bound,
                      .reliable = is_reliable,
                      .claimed = claimed,
                      .vouched = vouched};
  const Judgement judgement = keeper_.judge(report, at);
  if (judgement.verdict != Verdict::kAdopt && judgement.verdict != Verdict::kAgree) return judgement;
  stop_following(at);
  if (judgement.verdict == Verdict::kAdopt) {
    aim_ = {at, claimed};
    approach(kSlewWithin, claimed, at);
  }
  adjusted_ = at;
  keeper_.on_sync(kind, judgement.bound, at, {}, vouched);
  return judgement;
}

void DeviceClock::follow_broadcasts(const std::optional<CommonOffset>& common, MonoTime at) {
  if (!is_following_ || (!common && !common_)) return;
  common_ = common;
  clock_.set_rate(at, common_ ? common_->rate : rate(at));
  approach(kSlewWithin, target(at).time, at);
}

// Moves the shown clock to `aimed`: by a slew that takes `within`, or by a step if it is far off.
void DeviceClock::approach(SlewTime within, WallTime aimed, MonoTime at) {
  const auto present = clock_.at(at);
  adjusted_ = at;
  const nanoseconds away = present ? elapsed(*present, aimed) : nanoseconds::max();
  const nanoseconds amount = magnitude(away);
  if (amount > kStepAbove) {
    clock_.set(at, aimed);
    ++settings_;
    return;
  }
  // 1 ns in 1 ms is 1 ppm.
  clock_.slew(at, {away}, {amount.count() * Ppm::whole(1).scaled / within.count() + 1});
}

DeviceClock::Target DeviceClock::target(MonoTime at) const {
  if (!is_following_) {
    return {shifted(aim_.time, corrected(elapsed(aim_.at, at))), {}};
  }
  const auto estimate = estimator_.at(at);
  nanoseconds offset = estimate->offset.value;
  nanoseconds bound = saturated_sum(estimate->bound.value, root_distance_at(at));
  if (common_) {
    offset = saturated_sum(common_->offset.value, exact_drift(elapsed(common_->at, at), common_->rate));
    bound = saturated_sum(bound, magnitude(saturated_difference(offset, estimate->offset.value)));
  }
  return {shifted(free_time(at), offset), {bound}};
}

// Returns how long the counter's time was at the rate that is known now.
nanoseconds DeviceClock::corrected(nanoseconds counted) const {
  return saturated_sum(counted, exact_drift(counted, clock_.rate()));
}

// Before the last adjustment the clock may have been wrong: those instants are counted back from there.
std::optional<WallTime> DeviceClock::wall(MonoTime at) const {
  const auto reading = clock_.at(later(at, adjusted_));
  if (!reading) return std::nullopt;
  return shifted(*reading, -corrected(age(at, adjusted_)));
}

std::optional<DeviceTime> DeviceClock::at(MonoTime at) const {
  const MonoTime known = later(at, adjusted_);
  const auto reading = clock_.at(known);
  if (!reading) return std::nullopt;
  const Target target = this->target(known);
  const ClockStanding standing = keeper_.standing(known);
  const nanoseconds before = age(at, adjusted_);
  // Long after the last measurement the counter may have drifted farther than the estimate can tell.
  nanoseconds bound = longer(target.bound.value, standing.bound.value);
  bound = saturated_sum(bound, magnitude(elapsed(*reading, target.time)));
  bound = saturated_sum(bound, config_.resolution.value);
  if (before > nanoseconds::zero()) {
    bound = saturated_sum(bound, drift(before + milliseconds{1}, rate_error(adjusted_)));
  }
  return DeviceTime{.time = *wall(at),
                    .bound = {bound},
                    .is_reliable = standing.reliable && bound <= config_.reliable_within.value,
                    .source = standing.kind};
}

// The server's own error grows by its oscillator's tolerance until it is heard again.
nanoseconds DeviceClock::root_distance_at(MonoTime at) const {
  return saturated_sum(root_distance_, drift(age(root_at_, at), kFrequencyTolerance));
}

bool DeviceClock::is_rate_known(MonoTime at) const {
  return rate_error(at).scaled <= kKnownRateError.scaled;
}

Ppm DeviceClock::rate(MonoTime at) const {
  const auto estimate = estimator_.at(at);
  return estimate ? estimate->rate : clock_.rate();
}

// Returns how far a rate may be from the true one. That one led from the first exchange's offset to the
// latest one's, to within the bounds of both, whatever queues have taught the estimate.
Ppm DeviceClock::possible_rate_error(Ppm rate) const {
  const nanoseconds span = age(first_.at, latest_.at);
  const nanoseconds expected = saturated_sum(first_.offset.value, exact_drift(span, rate));
  const nanoseconds unexplained = magnitude(saturated_difference(latest_.offset.value, expected));
  return rate_over(saturated_sum(unexplained, saturated_sum(first_.bound.value, latest_.bound.value)), span);
}

// The temperature changes any crystal's rate, however well it was measured.
Ppm DeviceClock::rate_error(MonoTime at) const {
  const auto estimate = estimator_.at(at);
  const Ppm rate = estimate ? estimate->rate : clock_.rate();
  const Ppm known = config_.saved_rate ? config_.saved_rate_error : kUnknownRateError;
  std::int64_t error = known.scaled + distance(rate.scaled, config_.saved_rate.value_or(Ppm{}).scaled);
  if (estimate && samples_ >= kFirstSamples) {
    error = smaller(error, possible_rate_error(rate).scaled);
    error = larger(error, kDeviations * estimate->rate_deviation.scaled);
  }
  return {larger(error, kFrequencyTolerance.scaled)};
}

}  // namespace isletime
