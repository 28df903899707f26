// SPDX-License-Identifier: MIT
#include "libsync/policy/device_rtc.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

// A device's crystal and a chip may drift apart by this without being noticed.
constexpr Ppm kRateUncertainty = Ppm::whole(100);
// The error of a drift that was computed in integers.
constexpr nanoseconds kRoundingOfDrift{2};

// Between two readings; cheap crystals were seen to be 272 ppm off.
constexpr nanoseconds kErrorOfPace = std::chrono::milliseconds{5};
constexpr Ppm kRateOfPace = Ppm::whole(500);

// Returns what both allow, or nothing if they contradict each other.
std::optional<RtcComparison> intersection(const RtcComparison& a, const RtcComparison& b) {
  const nanoseconds low = std::max(saturated_difference(a.offset.value, a.bound.value),
                                   saturated_difference(b.offset.value, b.bound.value));
  const nanoseconds high =
      std::min(saturated_sum(a.offset.value, a.bound.value), saturated_sum(b.offset.value, b.bound.value));
  if (low > high) return std::nullopt;
  const nanoseconds half = saturated_difference(high, low) / 2;
  return RtcComparison{b.chip, {saturated_sum(low, half)}, {half + nanoseconds{1}}};
}

}  // namespace

RtcHost DeviceRtc::host_of(const std::optional<RtcTruth>& truth) {
  if (!truth)
    return {.is_verified = false, .bound = {nanoseconds::max()}, .rate_uncertainty = kRateUncertainty};
  return {.is_verified = truth->is_verified, .bound = truth->bound, .rate_uncertainty = kRateUncertainty};
}

std::optional<DeviceRtcJob> DeviceRtc::next_job(const std::optional<RtcTruth>& truth, MonoTime now) {
  const RtcHost host = host_of(truth);
  if (std::exchange(wants_write_, false) && host.is_verified) {
    // Its time is unknown from the first byte that is written until it has been read again.
    forget_phase();
    return DeviceRtcJob::kWrite;
  }
  const RtcPlan plan = schedule_.next(host);
  if (plan.at > now) return std::nullopt;
  return plan.task == RtcTask::kRead ? DeviceRtcJob::kRead : DeviceRtcJob::kCheck;
}

MonoTime DeviceRtc::next_wakeup(const std::optional<RtcTruth>& truth) const {
  return wants_write_ ? MonoTime{} : schedule_.next(host_of(truth)).at;
}

void DeviceRtc::forget_phase() {
  compared_.reset();
  seen_.reset();
  rate_.on_set();
}

void DeviceRtc::forget() {
  forget_phase();
  rate_.forget();
}

// The device's counter shows whether the chip's time has jumped between two readings: somebody has set it, or
// its registers were corrupted. Whoever set it may have replaced it.
void DeviceRtc::notice_set(const RtcSighting& sighting) {
  const auto before = std::exchange(seen_, sighting);
  if (!before) return;
  const nanoseconds since = elapsed(before->at, sighting.at);
  const nanoseconds bounds = saturated_sum(before->bound.value, sighting.bound.value);
  const nanoseconds explained = saturated_sum(bounds, kErrorOfPace + drift(since, kRateOfPace));
  const nanoseconds jump = saturated_difference(elapsed(before->chip, sighting.chip), since);
  if (magnitude(jump) <= explained) return;
  compared_.reset();
  rate_.forget();
}

// Returns what the last comparison and the rate allow for this reading. A chip that reads less has been set.
std::optional<RtcComparison> DeviceRtc::predict(WallTime chip, const RtcRateLimits& limits) const {
  const nanoseconds since = compared_ ? elapsed(compared_->chip, chip) : nanoseconds{-1};
  if (since < nanoseconds::zero()) return std::nullopt;
  const RtcRate rate = rate_.possible(limits);
  const nanoseconds grown = exact_drift(since, rate.error) + kRoundingOfDrift;
  return RtcComparison{.chip = chip,
                       .offset = {saturated_sum(compared_->offset.value, exact_drift(since, rate.rate))},
                       .bound = {saturated_sum(compared_->bound.value, grown)}};
}

// A chip whose drift is known need not be written while it is where it is expected.
std::optional<RtcFinding::Prediction> DeviceRtc::predicted_of(WallTime chip, const RtcTraits& traits) const {
  const auto predicted = traits.is_stored && rate() ? predict(chip, traits.rate) : std::nullopt;
  if (!predicted) return std::nullopt;
  return RtcFinding::Prediction{predicted->offset, predicted->bound};
}

// Returns the comparison by itself; compared_ is what it and the last one allow together. If they contradict
// each other, somebody has set or replaced the chip.
RtcComparison DeviceRtc::compare(const RtcSighting& sighting, const RtcTraits& traits,
                                 const RtcTruth& truth) {
  const RtcComparison seen{.chip = sighting.chip,
                           .offset = {elapsed(sighting.chip, truth.time)},
                           .bound = {saturated_sum(sighting.bound.value, truth.bound.value)}};
  const auto predicted = predict(sighting.chip, traits.rate);
  const auto both = predicted ? intersection(*predicted, seen) : std::nullopt;
  if (compared_ && !both) rate_.forget();
  compared_ = both.value_or(seen);
  rate_.on_compared(*compared_, traits.rate);
  return seen;
}

DeviceRtc::ChipTime DeviceRtc::chip_time(const RtcSighting& sighting, const RtcTraits& traits) const {
  const auto predicted = predict(sighting.chip, traits.rate);
  const nanoseconds offset = predicted ? predicted->offset.value : nanoseconds::zero();
  const nanoseconds bound = predicted ? predicted->bound.value : traits.uncompared.value;
  return {.time = shifted(sighting.chip, offset), .bound = {saturated_sum(bound, sighting.bound.value)}};
}

std::optional<DeviceRtc::ChipTime> DeviceRtc::on_read(const RtcSighting& sighting, const RtcTraits& traits,
                                                      const std::optional<RtcTruth>& truth, MonoTime now) {
  const RtcHost host = host_of(truth);
  schedule_.on_read(now, host);
  notice_set(sighting);
  if (!host.is_verified) return chip_time(sighting, traits);
  const auto predicted = predicted_of(sighting.chip, traits);
  const RtcComparison compared = compare(sighting, traits, *truth);
  const RtcFinding finding{
      .is_believable = true, .offset = compared.offset, .bound = compared.bound, .predicted = predicted};
  wants_write_ = schedule_.wants_write(finding, host, now);
  return std::nullopt;
}

void DeviceRtc::on_read_in_vain(const std::optional<RtcTruth>& truth, MonoTime now) {
  const RtcHost host = host_of(truth);
  schedule_.on_read(now, host);
  forget();
  wants_write_ = schedule_.wants_write({.is_believable = false, .offset = {}, .bound = {}}, host, now);
}

bool DeviceRtc::on_written(const RtcSighting& sighting, const RtcTraits& traits, const RtcTruth& truth,
                           MonoTime now) {
  seen_ = sighting;
  const RtcComparison compared = compare(sighting, traits, truth);
  if (magnitude(compared.offset.value) > kWriteFailed) {
    schedule_.on_write_failed(now);
    return false;
  }
  schedule_.on_written(now);
  return true;
}

}  // namespace isletime
