// SPDX-License-Identifier: MIT
#include "libsync/hub/rtc_keeper.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/drivers/rtc_policy.hpp"
#include "libsync/drivers/rtc_stepper.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using std::chrono::milliseconds;

// The error of a write: that of a reading at 100 kHz before and after the edge, and the delay of the thread.
constexpr Dispersion kWriteError{milliseconds{3}};
// If the chip is further off after a write, it did not accept the time.
constexpr nanoseconds kWriteFailed = milliseconds{20};
// How late a write may start, which is also its error. If the chip has lost its time, any write that does not
// count as failed is better than none.
constexpr nanoseconds kLatest = milliseconds{1};
constexpr nanoseconds kLatestIfLost = milliseconds{15};
// The bus hangs if a job takes longer. The longest job detects chips whose seconds do not advance and then
// finds no edge.
constexpr nanoseconds kHangs = seconds{30};
constexpr const char* kHangsText = "its bus hangs: check its wiring, or take the power from the chips on it";
// A chip that was compared for two days and nights has shown how it drifts. Until then it is written as if
// nothing were known of its drift. Time between two comparisons that are further apart than kObserved does
// not count.
constexpr nanoseconds kLearned = std::chrono::hours{48};
constexpr nanoseconds kObserved = std::chrono::hours{2};
// Half of the shortest change of local time at the end of daylight saving.
constexpr nanoseconds kHalfATurn = std::chrono::minutes{15};
// A chip that is left to drift must stay within what is assumed of one that was never compared.
static_assert(RtcSchedule::kMostPredicted <= kErrorOfPerson);
constexpr const char* kUnvouchedText =
    "nothing tells whether it kept its time without power: it may set the clock, which is then not reliable; "
    "if its battery is known to be good, give --rtc the word trust";
constexpr const char* kSetByOthersText = "somebody has set it since it was last compared";
// The errors of the saved time and of the predicted edge, and the rate error of the monotonic clock since.
constexpr nanoseconds kErrorOfLastRun = seconds{3};
constexpr Ppm kRateSinceLastRun = Ppm::whole(500);
// Between two readings of one run, in which the monotonic clock may be slewed by 500 ppm.
constexpr nanoseconds kErrorOfPace = milliseconds{5};
constexpr Ppm kRateOfPace = Ppm::whole(1000);

// Returns the properties of the oscillator that matter to its drift.
constexpr RtcOscillator drifting(const ChipOscillator& oscillator) {
  return {.is_compensated = oscillator.is_compensated, .has_thermometer = oscillator.has_thermometer};
}

}  // namespace

RtcKeeper::RtcKeeper(Config config, std::optional<SavedRtc> saved, std::optional<LastRun> last_run,
                     MonoTime now)
    : config_(std::move(config)),
      saved_(std::move(saved)),
      last_run_(last_run),
      schedule_(now, kWriteError) {}

std::optional<RtcJob> RtcKeeper::next_job(const RtcTime& time, const CivilDate& near, MonoTime now) {
  if (busy_since_) return std::nullopt;
  RtcJob job{.kind = RtcJob::Kind::kRead,
             .near = near,
             .true_time = time.true_time,
             .at = now,
             .latest = distrust_.empty() ? kLatest : kLatestIfLost,
             .lead = lead_,
             .is_time_known = time.host.is_verified || time.host.bound.value < kHalfATurn,
             .right = right()};
  const RtcPlan plan = schedule_.next(time.host);
  if (std::exchange(wants_write_, false) && time.host.is_verified) {
    job.kind = RtcJob::Kind::kWrite;
    // The chip's time is unknown until it has been read again.
    drift_->forget_phase();
  } else if (plan.at > now) {
    return std::nullopt;
  } else if (plan.task == RtcTask::kCheck) {
    job.kind = RtcJob::Kind::kCheck;
  }
  busy_since_ = now;
  is_overdue_told_ = false;
  return job;
}

std::optional<MonoTime> RtcKeeper::next_wakeup(const RtcHost& host) const {
  if (busy_since_) return is_overdue_told_ ? std::nullopt : std::optional{*busy_since_ + kHangs};
  return wants_write_ ? MonoTime{} : schedule_.next(host).at;
}

RtcKeeper::News RtcKeeper::on_refused(const std::string& why, MonoTime now) {
  News news;
  busy_since_.reset();
  tell_trouble(failure_, why, news);
  schedule_.on_failed(now);
  return news;
}

std::optional<RtcKeeper::Note> RtcKeeper::overdue(MonoTime now) {
  if (!busy_since_ || is_overdue_told_ || elapsed(*busy_since_, now) < kHangs) return std::nullopt;
  is_overdue_told_ = true;
  return Note{Event::kFault, fmt::format("{}: {}", config_.source, kHangsText)};
}

// Notes a trouble only when its text changes.
void RtcKeeper::tell_trouble(std::string& trouble, const std::string& text, News& news) const {
  if (std::exchange(trouble, text) != text && !text.empty())
    news.notes.push_back({Event::kFault, fmt::format("{}: {}", config_.source, text)});
}

RtcKeeper::News RtcKeeper::take(const RtcOutcome& outcome, const RtcTime& time, MonoTime now) {
  News news;
  busy_since_.reset();
  tell_trouble(failure_, outcome.failure, news);
  if (!outcome.failure.empty()) {
    ++failures_;
    if (outcome.is_missed) {
      schedule_.on_write_missed(now);
      return news;
    }
    schedule_.on_failed(now);
    if (outcome.kind == RtcJob::Kind::kWrite) schedule_.on_write_failed(now);
    return news;
  }
  switch (outcome.kind) {
    case RtcJob::Kind::kCheck:
      schedule_.on_checked(now, outcome.health.repaired > 0);
      take_health(outcome.health, news);
      break;
    case RtcJob::Kind::kRead:
      schedule_.on_read(now, time.host);
      if (outcome.look) take_look(*outcome.look, time, now, news);
      break;
    case RtcJob::Kind::kWrite:
      if (outcome.lead && magnitude(*outcome.lead) <= RtcStepper::kMostLead) lead_ = outcome.lead;
      if (outcome.look) take_written(*outcome.look, time, now, news);
      break;
  }
  return news;
}

void RtcKeeper::take_health(const RtcHealth& health, News& news) {
  repairs_ += static_cast<std::uint64_t>(health.repaired);
  if (health.repaired > 0) {
    news.notes.push_back(
        {Event::kFault, fmt::format("{}: control registers that were wrong, and are repaired: {}",
                                    config_.source, health.repaired)});
  }
  tell_trouble(sickness_, health.trouble, news);
}

// The first reading of a chip tells whether it is the one whose state was saved.
void RtcKeeper::meet(const RtcLook& look, MonoTime now, News& news) {
  temperature_ = look.temperature;
  if (drift_ && is_same_chip(look)) return follow_trim(look, news);
  chip_ = look.chip;
  mark_ = look.mark;
  news.notes.push_back({Event::kSourceSelected, fmt::format("{}: it is a {}", config_.source, chip_)});
  drift_.emplace(drifting(look.oscillator));
  if (look.trim) drift_->follow_trim({}, {}, *look.trim);
  lead_.reset();
  observed_ = {};
  compared_.reset();
  right_.reset();
  last_seen_.reset();
  // The saved state is out of date once this run has used a chip.
  const std::optional<SavedRtc> saved = std::exchange(saved_, std::nullopt);
  if (!saved || saved->source != config_.source || saved->chip != chip_) return;
  if (const std::string swap = find_swap(*saved, look); !swap.empty()) {
    news.notes.push_back({Event::kFault, fmt::format("{}: {}: it is taken for another chip, and learned anew",
                                                     config_.source, swap)});
    return;
  }
  lead_ = saved->lead;
  const auto restored = RtcDrift::restored(saved->drift);
  if (!restored || saved->drift.oscillator != drifting(look.oscillator)) return;
  drift_ = *restored;
  observed_ = saved->observed;
  right_ = saved->right;
  follow_trim(look, news);
  if (look.pair && is_contradicted(*drift_, *look.pair, now)) {
    drift_->forget_phase();
    news.notes.push_back({Event::kFault, fmt::format("{}: {}", config_.source, kSetByOthersText)});
  }
}

bool RtcKeeper::is_same_chip(const RtcLook& look) const {
  return chip_ == look.chip && (mark_.empty() || look.mark.empty() || mark_ == look.mark);
}

// Returns a clause that says why this is not the chip whose state was saved, or an empty text. While the
// machine runs, nobody replaces its chip, but somebody may trim it.
std::string RtcKeeper::find_swap(const SavedRtc& saved, const RtcLook& look) const {
  if (!saved.mark.empty() && !look.mark.empty() && saved.mark != look.mark)
    return "its registers do not hold what they held";
  const bool is_trimmed = saved.drift.trim && look.trim && *saved.drift.trim != *look.trim;
  return is_trimmed && !last_run_ ? "its trim is not what it was" : "";
}

void RtcKeeper::follow_trim(const RtcLook& look, News& news) {
  if (!look.trim) return;
  const auto before = drift_->state().trim;
  if (before == look.trim) return;
  drift_->follow_trim(look.pair ? look.pair->chip : WallTime{}, look.temperature, *look.trim);
  if (before) {
    news.notes.push_back({Event::kFault, fmt::format("{}: somebody has trimmed it by {:+.3f} ppm",
                                                     config_.source, (*look.trim - *before) * 1e6)});
  }
}

// The saved drift predicts the chip's time unless somebody has set the chip meanwhile. That can be detected
// only if the machine was not restarted, because only then the monotonic clock tells the time since.
bool RtcKeeper::is_contradicted(const RtcDrift& drift, const RtcPair& pair, MonoTime now) const {
  const auto predicted = drift.predict(pair.chip, temperature_);
  if (!last_run_ || !predicted) return false;
  const nanoseconds since = elapsed(last_run_->at, now);
  const WallTime by_last_run = shifted(last_run_->time, since);
  const WallTime by_chip = shifted(pair.chip, predicted->offset.value);
  const nanoseconds explained =
      saturated_sum(predicted->bound.value, kErrorOfLastRun + isletime::drift(since, kRateSinceLastRun));
  return magnitude(elapsed(by_last_run, by_chip)) > explained;
}

std::string RtcKeeper::distrust_of(const RtcLook& look) const {
  if (!look.distrust.empty() || !look.pair) return look.distrust;
  const WallTime chip = look.pair->chip;
  if (!find_implausible(chip, config_.earliest)) return {};
  const auto text = format_rfc3339(chip);
  constexpr std::size_t kToTheSecond = 19;
  return fmt::format("it reads {}, which cannot be: set it", std::string_view{text.data(), kToTheSecond});
}

// Returns nothing until it is learned how the chip drifts.
std::optional<RtcFinding::Prediction> RtcKeeper::predicted_of(const RtcLook& look) const {
  if (observed_ < kLearned) return std::nullopt;
  const auto predicted = drift_->predict(look.pair->chip, look.temperature, look.oscillator.bound());
  if (!predicted) return std::nullopt;
  return RtcFinding::Prediction{predicted->offset, predicted->bound};
}

// A chip that keeps local time may belong to another system of this machine. Returns false if that is said
// for the first time: it is not set to UTC before the next comparison.
bool RtcKeeper::name_zone(const RtcLook& look, Offset offset, News& news) {
  const auto zone =
      look.keeps_local_time ? std::nullopt : find_zone({saturated_difference({}, offset.value)});
  const bool is_known = !zone_.empty();
  std::string text;
  if (zone) {
    const auto minutes = magnitude(*zone) / std::chrono::minutes{1};
    text = fmt::format(
        "it shows the local time of UTC{}{:02}:{:02}: if it is to keep that, give --rtc the word local-time; "
        "otherwise it is set to UTC when it is next compared",
        *zone < nanoseconds::zero() ? '-' : '+', minutes / 60, minutes % 60);
  }
  tell_trouble(zone_, text, news);
  return !zone || is_known;
}

std::optional<RtcRight> RtcKeeper::right() const {
  if (drift_) return right_;
  return saved_ ? saved_->right : std::nullopt;
}

// While the machine runs, its monotonic clock shows whether somebody has set the chip between two readings.
// A change of local time moves a chip that keeps it, unless nobody sets it.
void RtcKeeper::notice_set(const RtcLook& look, News& news) {
  const RtcPair& pair = *look.pair;
  const auto before = std::exchange(last_seen_, pair);
  if (!before || !before->at || !pair.at) return;
  const nanoseconds since = elapsed(*before->at, *pair.at);
  const nanoseconds bounds = saturated_sum(before->bound.value, pair.bound.value);
  const nanoseconds explained = saturated_sum(saturated_sum(bounds, look.zone_change.value),
                                              kErrorOfPace + isletime::drift(magnitude(since), kRateOfPace));
  if (magnitude(saturated_difference(elapsed(before->chip, pair.chip), since)) <= explained) return;
  if (std::exchange(right_, std::nullopt) || drift_->state().is_phase_known)
    news.notes.push_back({Event::kFault, fmt::format("{}: {}", config_.source, kSetByOthersText)});
  drift_->forget_phase();
}

void RtcKeeper::compare(const RtcLook& look, Offset offset, Dispersion bound, MonoTime now) {
  if (look.is_set_by_others) {
    const auto trim = drift_->state().trim;
    drift_.emplace(drifting(look.oscillator));
    if (trim) drift_->follow_trim({}, {}, *trim);
  }
  const auto outcome = drift_->compare(
      {.chip = look.pair->chip, .offset = offset, .bound = bound, .temperature = look.temperature});
  right_ = RtcRight{.at = shifted(look.pair->chip, offset.value), .local_less_utc = look.local_less_utc};
  last_seen_ = look.pair;
  const nanoseconds since = compared_ ? elapsed(*compared_, now) : nanoseconds::max();
  compared_ = now;
  // Somebody who sets the chip may have replaced it too.
  if (outcome == RtcDrift::Outcome::kContradicted) observed_ = {};
  if (outcome == RtcDrift::Outcome::kUsed && since > nanoseconds::zero() && since <= kObserved)
    observed_ = saturated_sum(observed_, since);
}

void RtcKeeper::take_look(const RtcLook& look, const RtcTime& time, MonoTime now, News& news) {
  meet(look, now, news);
  tell_trouble(distrust_, distrust_of(look), news);
  if (!look.pair || !distrust_.empty()) {
    drift_->forget_phase();
    const RtcFinding lost{.is_believable = false, .offset = {}, .bound = {}};
    wants_write_ = config_.may_write && schedule_.wants_write(lost, time.host, now);
    return;
  }
  if (!time.host.is_verified) {
    if (!look.is_vouched && !std::exchange(is_doubt_told_, true))
      news.notes.push_back({Event::kSourceDistrusted, fmt::format("{}: {}", config_.source, kUnvouchedText)});
    notice_set(look, news);
    news.chip_time = chip_time_alone(look, now);
    return;
  }
  const RtcPair& pair = *look.pair;
  const nanoseconds machine_less_chip = elapsed(pair.chip, pair.machine);
  const RtcFinding finding{.is_believable = true,
                           .offset = {saturated_sum(machine_less_chip, time.true_less_machine.value)},
                           .bound = {saturated_sum(pair.bound.value, time.host.bound.value)},
                           .predicted = predicted_of(look)};
  compare(look, finding.offset, finding.bound, now);
  const bool is_named = name_zone(look, finding.offset, news);
  wants_write_ = config_.may_write && is_named && schedule_.wants_write(finding, time.host, now);
  written_off_ = finding.offset;
  news.chip_time = ChipTime{.at = pair.machine,
                            .offset = {saturated_difference(nanoseconds::zero(), machine_less_chip)},
                            .bound = pair.bound,
                            .noise = pair.bound,
                            .is_reliable = true,
                            .is_heard = false,
                            .remark = "others know better: it is compared with them"};
}

Dispersion RtcKeeper::bound_of_unknown(const ChipOscillator& oscillator, MonoTime now) {
  if (!unknown_since_) unknown_since_ = now;
  return bound_of_uncompared(oscillator, elapsed(*unknown_since_, now));
}

RtcKeeper::ChipTime RtcKeeper::chip_time_alone(const RtcLook& look, MonoTime now) {
  const RtcPair& pair = *look.pair;
  const auto predicted = drift_->predict(pair.chip, look.temperature, look.oscillator.bound());
  if (look.temperature) drift_->follow(pair.chip, *look.temperature);
  const RtcDrift::Prediction known =
      predicted.value_or(RtcDrift::Prediction{{}, bound_of_unknown(look.oscillator, now)});
  nanoseconds bound = saturated_sum(known.bound.value, pair.bound.value);
  bound = saturated_sum(bound, look.zone_change.value);
  // Another system of this machine may have set it right while this one was off.
  if (look.keeps_local_time && !compared_ && !last_run_)
    bound = saturated_sum(bound, magnitude(known.offset.value));
  return {.at = pair.machine,
          .offset = {saturated_sum(elapsed(pair.machine, pair.chip), known.offset.value)},
          .bound = {bound},
          .noise = pair.bound,
          .is_reliable = look.is_vouched,
          .is_heard = true,
          .remark = {}};
}

void RtcKeeper::take_written(const RtcLook& look, const RtcTime& time, MonoTime now, News& news) {
  meet(look, now, news);
  drift_->forget_phase();
  if (const std::string distrust = distrust_of(look); !look.pair || !distrust.empty()) {
    tell_trouble(distrust_, "it did not keep what was written: " + distrust, news);
    schedule_.on_write_failed(now);
    return;
  }
  const RtcPair& pair = *look.pair;
  const Offset offset{saturated_sum(elapsed(pair.chip, pair.machine), time.true_less_machine.value)};
  compare(look, offset, {saturated_sum(pair.bound.value, time.host.bound.value)}, now);
  if (magnitude(offset.value) > kWriteFailed) {
    tell_trouble(distrust_, fmt::format("it is {:+.3f} s off after a write", -Seconds{offset.value}.count()),
                 news);
    schedule_.on_write_failed(now);
    return;
  }
  const std::string before = distrust_.empty()
                                 ? fmt::format("it was {:+.3f} s off", -Seconds{written_off_.value}.count())
                                 : std::exchange(distrust_, {});
  ++writes_;
  zone_.clear();
  schedule_.on_written(now);
  news.notes.push_back(
      {Event::kRtcSet, fmt::format("{}: the time was written to it: {}; now it is {:+.4f} s off",
                                   config_.source, before, -Seconds{offset.value}.count())});
}

RtcKeeper::View RtcKeeper::view(MonoTime now) const {
  View view{.chip = chip_,
            .trouble = {},
            .temperature = temperature_,
            .frequency = {},
            .repairs = repairs_,
            .writes = writes_,
            .failures = failures_};
  const bool hangs = busy_since_ && elapsed(*busy_since_, now) >= kHangs;
  for (const std::string& trouble :
       {hangs ? std::string{kHangsText} : std::string{}, failure_, distrust_, zone_, sickness_}) {
    if (view.trouble.empty()) view.trouble = trouble;
  }
  if (drift_ && drift_->state().is_phase_known) view.frequency = drift_->frequency().value;
  return view;
}

std::optional<SavedRtc> RtcKeeper::saved() const {
  if (!drift_) return saved_;
  return SavedRtc{.source = config_.source,
                  .chip = chip_,
                  .drift = drift_->state(),
                  .lead = lead_,
                  .mark = mark_,
                  .observed = observed_,
                  .right = right_};
}

}  // namespace isletime
