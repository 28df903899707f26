// SPDX-License-Identifier: MIT
// What the hub does with its battery clock: has it read and written when it is due, and hears what it says.
#include <algorithm>
#include <utility>

#include "libsync/core/civil_time.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/record/plain_text.hpp"
#include "tools/common/build_time.hpp"
#include "tools/sntpd/keeping/hub.hpp"

namespace isletime::sntpd {

void Hub::use_rtc(const std::string& source, std::unique_ptr<RtcDevice> device) {
  rtc_worker_.emplace(std::move(device), system_rtc_clocks());
  std::optional<RtcKeeper::LastRun> last_run;
  if (Memory::is_of_this_boot(saved_))
    last_run = {.time = saved_.saved_at, .at = MonoTime{saved_.boot->uptime}};
  rtc_.emplace(RtcKeeper::Config{.source = source, .may_write = !options_.no_clock, .earliest = build_time()},
               saved_.rtc, last_run, mono_now());
}

RtcTime Hub::rtc_time(MonoTime now) const {
  const WallTime machine = wall_now();
  const nanoseconds hub_less_machine = elapsed(machine, steering_.clock().hub_time(machine));
  const Offset true_less_machine{saturated_sum(hub_less_machine, steering_.left(now).value)};
  return {.host = {.is_verified = timekeeper_.may_write_rtc(now) && steering_.hub_now() >= earliest_,
                   .bound = timekeeper_.standing(now).bound,
                   .rate_uncertainty = rate_uncertainty()},
          .true_less_machine = true_less_machine,
          .true_time = shifted(machine, true_less_machine.value)};
}

void Hub::step_rtc(MonoTime now) {
  if (!rtc_) return;
  if (const auto outcome = rtc_worker_->take()) take_rtc(*outcome, now);
  if (const auto overdue = rtc_->overdue(now)) note_rtc(*overdue);
  const RtcTime time = rtc_time(now);
  // A clock that nobody has set may be decades off.
  const bool is_set = timekeeper_.standing(now).ever_set;
  const CivilDate near = to_civil_time(is_set ? steering_.hub_now() : earliest_).date;
  const auto job = rtc_->next_job(time, near, now);
  if (!job) return;
  if (job->kind != RtcJob::Kind::kWrite) {
    begin_rtc(*job);
    return;
  }
  // What is known of the chip is on the disk before it is written: power may fail in between.
  save();
  memory_.when_written([this, job = *job] { begin_rtc(job); });
}

void Hub::begin_rtc(const RtcJob& job) {
  const auto failure = rtc_worker_->begin(job);
  if (!failure) return;
  for (const RtcKeeper::Note& what : rtc_->on_refused(*failure, mono_now()).notes) note_rtc(what);
}

void Hub::note_rtc(const RtcKeeper::Note& what) {
  if (what.event == Event::kFault) {
    log_.notice(made_plain(what.text));
    memory_.note(steering_.hub_now(), what.event, what.text);
    has_changed_ = true;
  } else {
    note(what.event, what.text);
  }
}

void Hub::take_rtc(const RtcOutcome& outcome, MonoTime now) {
  const RtcKeeper::News news = rtc_->take(outcome, rtc_time(now), now);
  for (const RtcKeeper::Note& what : news.notes) note_rtc(what);
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

// Nobody says when those whom the chip is compared with have been silent for too long.
std::optional<MonoTime> Hub::next_rtc_wakeup() const {
  if (!rtc_) return std::nullopt;
  const MonoTime now = mono_now();
  const RtcHost host = rtc_time(now).host;
  auto next = rtc_->next_wakeup(host);
  if (next && host.is_verified) next = std::min(*next, now + timekeeper_.reliable_for(now));
  return next;
}

void Hub::end_rtc() {
  if (!rtc_) return;
  const auto outcome = rtc_worker_->end();
  if (outcome && outcome->failure.empty()) take_rtc(*outcome, mono_now());
}

// Not every chip gets so far as to claim a time.
void Hub::add_rtc(std::vector<SourceView>& views, MonoTime now) const {
  if (!rtc_) return;
  const RtcKeeper::View rtc = rtc_->view(now);
  const auto claimed = std::find_if(views.begin(), views.end(),
                                    [this](const SourceView& view) { return view.source == rtc_->source(); });
  if (claimed != views.end()) {
    if (!rtc.trouble.empty()) claimed->last_error = rtc.trouble;
    return;
  }
  SourceView view;
  view.source = rtc_->source();
  view.kind = isletime::name_of(SourceKind::kRtc);
  view.tier = "normal";
  view.standing = rtc.trouble.empty() ? "unread" : "faulty";
  view.standing_text = rtc.trouble.empty() ? "it has not been read yet" : rtc.trouble;
  views.push_back(view);
}

}  // namespace isletime::sntpd
