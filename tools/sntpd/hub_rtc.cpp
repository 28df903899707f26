// SPDX-License-Identifier: MIT
// What the hub does with its battery clock: has it read and written when it is due, and hears what it says.
#include <algorithm>
#include <utility>

#include "libsync/core/civil_time.hpp"
#include "libsync/posix/clocks.hpp"
#include "tools/sntpd/hub.hpp"

namespace isletime::sntpd {

void Hub::use_rtc(const std::string& source, std::unique_ptr<RtcDevice> device) {
  rtc_worker_.emplace(std::move(device), system_rtc_clocks());
  rtc_.emplace(RtcKeeper::Config{.source = source, .may_write = !options_.no_clock}, saved_.rtc, mono_now());
}

RtcTime Hub::rtc_time(MonoTime now) const {
  const WallTime machine = wall_now();
  const nanoseconds hub_less_machine = elapsed(machine, steering_.clock().hub_time(machine));
  return {.host = {.is_verified = timekeeper_.may_write_rtc(now),
                   .bound = timekeeper_.standing(now).bound,
                   .rate_uncertainty = rate_uncertainty()},
          .true_less_machine = {saturated_sum(hub_less_machine, steering_.left(now).value)}};
}

void Hub::step_rtc(MonoTime now) {
  if (!rtc_) return;
  if (const auto outcome = rtc_worker_->take()) take_rtc(*outcome, now);
  const RtcTime time = rtc_time(now);
  const CivilDate near = to_civil_time(std::max(steering_.hub_now(), earliest_)).date;
  const auto job = rtc_->next_job(time, near, now);
  if (!job) return;
  if (job->kind == RtcJob::Kind::kWrite) save();
  if (!rtc_worker_->begin(*job)) rtc_->on_refused(now);
}

void Hub::take_rtc(const RtcOutcome& outcome, MonoTime now) {
  const RtcKeeper::News news = rtc_->take(outcome, rtc_time(now), now);
  for (const RtcKeeper::Note& what : news.notes) {
    if (what.event == Event::kFault) log_.notice(what.text);
    note(what.event, what.text);
  }
  has_changed_ = true;
  if (outcome.kind == RtcJob::Kind::kWrite) save();
  if (!news.claim) return;
  const RtcKeeper::Claim& claim = *news.claim;
  // The machine's clock was set while the outcome was under way.
  if (claim.at < set_at_ && steering_.clock().sets_the_machines_clock()) return;
  if (claim.is_heard) {
    judge({.source = rtc_->source(),
           .kind = SourceKind::kRtc,
           .at = claim.at,
           .offset = claim.offset,
           .bound = claim.bound,
           .is_reliable = claim.is_reliable});
    return;
  }
  FedSource& fed = fed_.find_or_add(rtc_->source(), SourceKind::kRtc);
  fed.at = now;
  fed.offset = {
      saturated_difference(claim.offset.value, elapsed(claim.at, steering_.clock().hub_time(claim.at)))};
  fed.bound = claim.bound;
  fed.verdict = "compared";
  fed.text = claim.remark;
}

}  // namespace isletime::sntpd
