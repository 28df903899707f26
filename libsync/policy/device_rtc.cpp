// SPDX-License-Identifier: MIT
#include "libsync/policy/device_rtc.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

// A device's crystal and a chip may drift apart by this without being noticed.
constexpr Ppm kRateUncertainty = Ppm::whole(100);
// drift() is exact for chips up to this time; a comparison that is older bounds nothing.
constexpr nanoseconds kLongestSince = std::chrono::hours{24 * 365 * 3};

// Between two readings; cheap crystals were seen to be 272 ppm off.
constexpr nanoseconds kErrorOfPace = std::chrono::milliseconds{5};
constexpr Ppm kRateOfPace = Ppm::whole(500);

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
// its registers were corrupted.
void DeviceRtc::notice_set(const RtcSighting& sighting) {
  const auto before = std::exchange(seen_, sighting);
  if (!before) return;
  const nanoseconds since = elapsed(before->at, sighting.at);
  const nanoseconds bounds = saturated_sum(before->bound.value, sighting.bound.value);
  const nanoseconds explained = saturated_sum(bounds, kErrorOfPace + drift(since, kRateOfPace));
  const nanoseconds jump = saturated_difference(elapsed(before->chip, sighting.chip), since);
  if (magnitude(jump) <= explained) return;
  compared_.reset();
  rate_.on_set();
}

void DeviceRtc::compare(const RtcSighting& sighting, const RtcTruth& truth) {
  compared_ = RtcComparison{.chip = sighting.chip,
                            .offset = {elapsed(sighting.chip, truth.time)},
                            .bound = {saturated_sum(sighting.bound.value, truth.bound.value)}};
  rate_.on_compared(*compared_);
}

DeviceRtc::Claim DeviceRtc::claim(const RtcSighting& sighting, const RtcTraits& traits) const {
  Claim claim{.time = sighting.chip, .bound = {saturated_sum(traits.uncompared.value, sighting.bound.value)}};
  if (!compared_) return claim;
  const nanoseconds since = elapsed(compared_->chip, sighting.chip);
  if (since < nanoseconds::zero() || since > kLongestSince) return claim;
  const auto& learned = rate_.learned();
  const Ppm error = learned ? Ppm{learned->error.scaled + traits.wander.scaled} : traits.tolerance;
  const nanoseconds drifted = learned ? drift(since, learned->rate) : nanoseconds::zero();
  claim.time = shifted(sighting.chip, saturated_sum(compared_->offset.value, drifted));
  claim.bound.value =
      saturated_sum(saturated_sum(compared_->bound.value, sighting.bound.value), drift(since, error));
  return claim;
}

std::optional<DeviceRtc::Claim> DeviceRtc::on_read(const RtcSighting& sighting, const RtcTraits& traits,
                                                   const std::optional<RtcTruth>& truth, MonoTime now) {
  const RtcHost host = host_of(truth);
  schedule_.on_read(now, host);
  notice_set(sighting);
  if (!host.is_verified) return claim(sighting, traits);
  compare(sighting, *truth);
  const RtcFinding finding{.is_believable = true, .offset = compared_->offset, .bound = compared_->bound};
  wants_write_ = schedule_.wants_write(finding, host, now);
  return std::nullopt;
}

void DeviceRtc::on_read_in_vain(const std::optional<RtcTruth>& truth, MonoTime now) {
  const RtcHost host = host_of(truth);
  schedule_.on_read(now, host);
  forget_phase();
  wants_write_ = schedule_.wants_write({.is_believable = false, .offset = {}, .bound = {}}, host, now);
}

bool DeviceRtc::on_written(const RtcSighting& sighting, const RtcTruth& truth, MonoTime now) {
  seen_ = sighting;
  compare(sighting, truth);
  if (magnitude(compared_->offset.value) > kWriteFailed) {
    schedule_.on_write_failed(now);
    return false;
  }
  schedule_.on_written(now);
  return true;
}

}  // namespace isletime
