// SPDX-License-Identifier: MIT
// How the hub uses its battery clock: orders its jobs when due, and considers the time that it tells.
#include <algorithm>
#include <utility>

#include "libsync/core/civil_time.hpp"
#include "libsync/hub/fractions.hpp"
#include "libsync/hub/hub.hpp"

namespace isletime {

void Hub::use_rtc(const std::string& source, bool may_write, Instant now) {
  std::optional<RtcKeeper::LastRun> last_run;
  if (const auto since = since_save())
    last_run = {.time = saved_.saved_at, .at = started_.instant.mono - since->awake - since->asleep};
  rtc_.emplace(RtcKeeper::Config{.source = source, .may_write = may_write, .earliest = config_.made},
               saved_.rtc, last_run, now.mono);
}

RtcTime Hub::rtc_time(Instant now) const {
  const WallTime hub_now = hub_time(now.wall);
  const Offset true_less_machine{saturated_sum(elapsed(now.wall, hub_now), steering_.left(now.mono).value)};
  return {.host = {.is_verified = timekeeper_.may_write_rtc(now.mono) && hub_now >= earliest_,
                   .bound = timekeeper_.standing(now.mono).bound,
                   .rate_uncertainty = rate_uncertainty()},
          .true_less_machine = true_less_machine,
          .true_time = shifted(now.wall, true_less_machine.value)};
}

// Returns how fast the clock may drift: RFC 5905's tolerance until the frequency has been measured.
Ppm Hub::rate_uncertainty() const {
  if (!frequency_) return kFrequencyTolerance;
  return std::min(to_ppm(2 * frequency_->deviation + kChangeOfFrequency), kFrequencyTolerance);
}

void Hub::step_rtc(Instant now) {
  if (!rtc_) return;
  if (const auto overdue = rtc_->overdue(now.mono)) note_rtc(*overdue);
  // A clock that no source has set may be off by decades.
  const bool is_set = timekeeper_.standing(now.mono).ever_set;
  const CivilDate near = to_civil_time(is_set ? hub_time(now.wall) : earliest_).date;
  const auto job = rtc_->next_job(rtc_time(now), near, now.mono);
  if (!job) return;
  // The chip's state is saved before a write starts, because power may fail in between.
  const bool once_saved = job->kind == RtcJob::Kind::kWrite;
  if (once_saved) save(now);
  actions_.emplace_back(action::RunRtcJob{*job, once_saved});
}

void Hub::on_rtc_refused(const std::string& why, Instant now) {
  if (!rtc_) return;
  for (const RtcKeeper::Note& what : rtc_->on_refused(why, now.mono).notes) note_rtc(what);
}

void Hub::note_rtc(const RtcKeeper::Note& what) {
  using Level = action::Note::Level;
  note(what.event, what.text, what.event == Event::kFault ? Level::kNotice : Level::kDetail);
}

void Hub::on_rtc(const RtcOutcome& outcome, Instant now) {
  if (!rtc_) return;
  const RtcKeeper::News news = rtc_->take(outcome, rtc_time(now), now.mono);
  for (const RtcKeeper::Note& what : news.notes) note_rtc(what);
  has_changed_ = true;
  if (outcome.kind == RtcJob::Kind::kWrite) save(now);
  if (!news.chip_time) return;
  const RtcKeeper::ChipTime& chip_time = *news.chip_time;
  // The machine's clock was set after the chip was read.
  if (may_precede_setting(chip_time.at, now)) return;
  if (chip_time.is_heard) {
    consider(
        {.source = rtc_->source(),
         .kind = SourceKind::kRtc,
         .at = chip_time.at,
         .offset = chip_time.offset,
         .bound = chip_time.bound,
         .is_reliable = true,
         .account = {.root_dispersion = {saturated_difference(chip_time.bound.value, chip_time.noise.value)}},
         .is_vouched = chip_time.is_reliable},
        now);
    return;
  }
  FedSource& fed = fed_.find_or_add(rtc_->source(), SourceKind::kRtc);
  // The chip's samples in the discipline are from the time when no better source was known.
  fed_.leave(fed);
  fed.at = now.mono;
  fed.offset = {saturated_difference(chip_time.offset.value, elapsed(chip_time.at, hub_time(chip_time.at)))};
  fed.bound = chip_time.bound;
  fed.verdict = "compared";
  fed.text = chip_time.remark;
}

// The end of the clock's reliability raises no event, so wake when it expires.
std::optional<MonoTime> Hub::next_rtc_wakeup(Instant now) const {
  if (!rtc_) return std::nullopt;
  const RtcHost host = rtc_time(now).host;
  auto next = rtc_->next_wakeup(host);
  if (next && host.is_verified)
    next = std::min(*next, now.mono + timekeeper_.reliable_for(now.mono) + kPastReliability);
  return next;
}

// The chip is shown even if it has never told a time.
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
  view.kind = name_of(SourceKind::kRtc);
  view.tier = "normal";
  view.standing = rtc.trouble.empty() ? "unread" : "faulty";
  view.standing_text = rtc.trouble.empty() ? "it has not been read yet" : rtc.trouble;
  views.push_back(view);
}

}  // namespace isletime
