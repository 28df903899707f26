// SPDX-License-Identifier: MIT
#include "libsync/policy/rtc_schedule.hpp"

#include <algorithm>

#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

// While the chip is the time source, it is not read more often than it can have drifted noticeably.
constexpr nanoseconds kShortestAlone = seconds{64};
// This is within the shortest window for which a reading makes the clock reliable: Timekeeper::window().
constexpr nanoseconds kLongestAlone = seconds{512};
// The share of the host's error bound by which its clock may drift until the next reading.
constexpr std::int64_t kPartOfBound = 8;
constexpr nanoseconds kLeastDrift = milliseconds{1};

// While other sources tell the time, a few comparisons are enough to learn the chip's frequency; afterwards
// only temperature and age change it.
constexpr int kFirstComparisons = 16;
constexpr nanoseconds kBetweenFirst = seconds{512};
constexpr nanoseconds kBetweenLater = hours{1};

constexpr nanoseconds kAfterRepair = minutes{1};
constexpr int kMostRepairsPursued = 10;

constexpr nanoseconds kFirstPause = seconds{1};
constexpr nanoseconds kLongestPause = seconds{1024};

// Returns how long a clock takes to drift `by`, in whole milliseconds: the inverse of drift(), at most
// kLongestAlone.
constexpr nanoseconds time_to_drift(nanoseconds by, Ppm rate) {
  const std::int64_t least_rate = std::max<std::int64_t>(rate.scaled, 1);
  const std::int64_t time = std::min(by, kLongestAlone).count() * 65536 / least_rate;
  return milliseconds{std::min<std::int64_t>(time, kLongestAlone / milliseconds{1})};
}

}  // namespace

RtcPlan RtcSchedule::next(const RtcHost& host) const {
  const MonoTime read = next_read(host);
  // Reading the time comes before everything else.
  RtcPlan plan = read <= next_check_ ? RtcPlan{RtcTask::kRead, read} : RtcPlan{RtcTask::kCheck, next_check_};
  if (barred_until_) plan.at = std::max(plan.at, *barred_until_);
  return plan;
}

MonoTime RtcSchedule::next_read(const RtcHost& host) const {
  if (!last_read_) return MonoTime{};
  if (host.is_verified) {
    if (compared_ == 0) return *last_read_;
    return *last_read_ + (compared_ < kFirstComparisons ? kBetweenFirst : kBetweenLater);
  }
  const nanoseconds worthwhile = std::max(host.bound.value / kPartOfBound, kLeastDrift);
  return *last_read_ +
         std::clamp(time_to_drift(worthwhile, host.rate_uncertainty), kShortestAlone, kLongestAlone);
}

void RtcSchedule::on_read(MonoTime now, const RtcHost& host) {
  last_read_ = now;
  barred_until_.reset();
  pause_ = {};
  // Once another source is back, the chip is compared with it at once.
  compared_ = host.is_verified ? std::min(compared_ + 1, kFirstComparisons) : 0;
}

void RtcSchedule::on_checked(MonoTime now, bool repaired) {
  barred_until_.reset();
  pause_ = {};
  repairs_ = repaired ? std::min(repairs_ + 1, kMostRepairsPursued) : 0;
  const bool is_pursued = repaired && repairs_ < kMostRepairsPursued;
  next_check_ = now + (is_pursued ? kAfterRepair : kBetweenChecks);
}

void RtcSchedule::on_failed(MonoTime now) {
  pause_ = pause_ == nanoseconds::zero() ? kFirstPause : std::min(2 * pause_, kLongestPause);
  barred_until_ = now + pause_;
}

bool RtcSchedule::is_where_predicted(const RtcFinding& finding) const {
  if (!finding.predicted || magnitude(finding.offset.value) > kMostPredicted) return false;
  const nanoseconds explained =
      saturated_sum(saturated_sum(finding.predicted->bound.value, finding.bound.value), kTolerated);
  return magnitude(saturated_difference(finding.offset.value, finding.predicted->offset.value)) <= explained;
}

bool RtcSchedule::wants_write(const RtcFinding& finding, const RtcHost& host, MonoTime now) const {
  if (!host.is_verified) return false;
  if (barred_until_ && now < *barred_until_) return false;
  if (next_write_ && now < *next_write_) return false;
  if (!finding.is_believable) return true;
  if (is_where_predicted(finding)) return false;
  const nanoseconds borne = saturated_sum(saturated_sum(kTolerated, write_error_.value), finding.bound.value);
  return magnitude(finding.offset.value) > borne;
}

void RtcSchedule::on_written(MonoTime now) {
  next_write_ = now + kBetweenWrites;
  pause_of_writes_ = {};
}

void RtcSchedule::on_write_failed(MonoTime now) {
  pause_of_writes_ = std::clamp(2 * pause_of_writes_, kAfterFailedWrite, kLongestAfterFailedWrite);
  next_write_ = now + pause_of_writes_;
  compared_ = 0;
}

void RtcSchedule::on_write_missed(MonoTime now) {
  pause_of_writes_ = std::clamp(2 * pause_of_writes_, kAfterMissedWrite, kLongestPause);
  barred_until_ = now + pause_of_writes_;
  compared_ = 0;
}

}  // namespace isletime
