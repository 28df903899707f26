// SPDX-License-Identifier: MIT
// How the hub considers and adopts samples that are fed, and times that a person sets.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libsync/hub/fractions.hpp"
#include "libsync/hub/hub.hpp"
#include "libsync/hub/wait_text.hpp"
#include "libsync/policy/measurement.hpp"
#include "libsync/policy/source_kind_texts.hpp"

namespace isletime {
namespace {

// Older samples are refused.
constexpr nanoseconds kOldestSample = std::chrono::minutes{1};
constexpr nanoseconds kReadingTwoClocks = std::chrono::milliseconds{10};
// The duration of a slew for a fed source, whose next sample is not known to come soon.
constexpr nanoseconds kUntilNextFed = seconds{64};
// The time that a person sets is less exact than this, because the command has to start first.
constexpr nanoseconds kLeastByHand = std::chrono::milliseconds{10};
// A shorter slew is not worth mentioning in the reply.
constexpr nanoseconds kWorthTelling = std::chrono::milliseconds{1};

// "ntp:, phone: or manual:"
std::string prefixes_text() {
  std::vector<std::string_view> all;
  for (const SourceKindTexts& kind : kSourceKindTexts) {
    for (const std::string_view prefix : kind.prefixes) {
      if (!prefix.empty()) all.push_back(prefix);
    }
  }
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) text += i + 1 == all.size() ? " or " : ", ";
    text.append(all[i]).append(":");
  }
  return text;
}

bool is_local_clocks(const SampleRecord& sample) {
  return sample.refid == "LOCL" || sample.refid == reference_id_text(kLocalClock, 2);
}

// Returns whether the server says of itself that it is unsynchronised.
bool is_unset(const SampleRecord& sample) {
  const bool is_bad_stratum = sample.stratum && (*sample.stratum == 0 || *sample.stratum >= kMaxStratum);
  return fed_kind_of(sample.source) == SourceKind::kFedNtp && is_bad_stratum;
}

// Returns whether a root delay or dispersion that a server states is ours. A packet rounds it up to 2^-16 s,
// and a record rounds it again; the dispersion grows between the two readings of the clock.
bool is_stated(nanoseconds ours, const std::optional<nanoseconds>& stated) {
  constexpr nanoseconds kRounding = std::chrono::microseconds{20};
  return stated && magnitude(saturated_difference(*stated, ours)) <= kRounding;
}

SourceAccount account_of(const SampleRecord& sample) {
  return {.leap = sample.leap ? static_cast<Leap>(*sample.leap) : Leap::kNone,
          .stratum = sample.stratum.value_or(0),
          .root_delay = {sample.root_delay.value_or(nanoseconds::zero())},
          .root_dispersion = {sample.root_dispersion.value_or(nanoseconds::zero())}};
}

}  // namespace

void Hub::refuse_sample(const SampleRecord& sample, const char* name, const std::string& text) {
  note(Event::kSampleRefused, fmt::format("{}: {}: {}", sample.source, name, text));
  reply_ = {false, name, text};
}

void Hub::feed(const SampleRecord& sample, bool is_on_access_point, Instant now) {
  auto kind = fed_kind_of(sample.source);
  if (!kind) return refuse_sample(sample, "unknown-kind", "a source begins with " + prefixes_text());
  if (!sample.offset || !sample.uncertainty)
    return refuse_sample(sample, "bad-sample", "it has no offset, or no uncertainty");
  const nanoseconds age = elapsed(sample.time, now.wall);
  if (age < -kReadingTwoClocks)
    return refuse_sample(sample, "from-the-future", "by this clock it is still to be taken");
  if (age > kOldestSample) return refuse_sample(sample, "too-old", "it was taken more than a minute ago");
  if (may_precede_setting(sample.time, now))
    return refuse_sample(sample, "too-old", "the clock was set since it was taken");
  if (*kind == SourceKind::kFedNtp && is_our_own(sample))
    return refuse_sample(sample, "loop", "it is this hub's own answer, or follows it");
  if (*kind == SourceKind::kFedNtp && is_local_clocks(sample)) kind = SourceKind::kIsland;
  // Such a server knows no more than this hub, and may have its time from it.
  if (*kind == SourceKind::kIsland && config_.is_island_reference)
    return refuse_sample(sample, "loop", "it is this hub's own answer, or another island's clock");
  if (*kind == SourceKind::kPhone && is_on_access_point) kind = SourceKind::kPhoneOnAccessPoint;
  const SourceAccount account = account_of(sample);
  const Ppm rate = std::max(timekeeper_.rate_error().value_or(RateError{}).value, kFrequencyTolerance);
  const nanoseconds noise = std::max(*sample.uncertainty, precision_of(config_.precision));
  const nanoseconds aged = saturated_sum(saturated_sum(noise, slewed_since(sample.time)),
                                         drift(std::max(age, nanoseconds::zero()), rate));
  const nanoseconds distance = saturated_sum(account.root_delay.value / 2, account.root_dispersion.value);
  consider({.source = sample.source,
            .kind = *kind,
            .at = sample.time,
            .offset = {*sample.offset},
            .bound = {saturated_sum(aged, distance)},
            .is_reliable =
                sample.reliable.value_or(true) && account.leap != Leap::kUnsynchronised && !is_unset(sample),
            .account = account},
           now);
}

nanoseconds Hub::slewed_since(WallTime at) const {
  if (!left_slew_ || at >= left_slew_->until) return nanoseconds::zero();
  return rounded(Seconds{elapsed(at, left_slew_->until)} * left_slew_->rate);
}

// Returns whether the sample is our own time: its server states the same system variables as we do, whatever
// name it was asked by, or names us as its reference.
bool Hub::is_our_own(const SampleRecord& sample) const {
  if (!config_.serves) return false;
  const ServerState served = state();
  const bool states_the_same = sample.stratum == served.stratum &&
                               is_stated(served.root_delay.value, sample.root_delay) &&
                               sample.refid == reference_id_text(served.reference_id, served.stratum);
  const Dispersion then = root_dispersion_at(served, hub_time(sample.time));
  if (states_the_same && is_stated(then.value, sample.root_dispersion)) return true;
  return std::any_of(own_addresses_.begin(), own_addresses_.end(), [&](const OwnAddress& own) {
    const bool is_followed = sample.stratum.value_or(0) >= 2 && !own.is_loopback &&
                             sample.refid == reference_id_text(own.reference_id, 2);
    return sample.source == own.source || (states_the_same && sample.source == own.address) || is_followed;
  });
}

void Hub::set(WallTime time, Dispersion uncertainty, Instant now) {
  consider({.source = "manual",
            .kind = SourceKind::kManual,
            .at = now.wall,
            .offset = {elapsed(now.wall, time)},
            .bound = {std::max(uncertainty.value, kLeastByHand)},
            .is_reliable = true},
           now);
}

void Hub::answer(FedSource& fed, bool is_accepted, const std::string& name, const std::string& text) {
  fed.verdict = name;
  fed.text = text;
  if (!is_accepted) note(Event::kSampleRefused, fmt::format("{}: {}: {}", fed.source, name, text));
  if (is_accepted && fed.kind == SourceKind::kManual) note(Event::kSetByHand, "the time was set by hand");
  has_changed_ = true;
  reply_ = {is_accepted, name, text};
}

// Only the reply says for how long the source is outranked, because that would be out of date in the list of
// sources.
void Hub::answer_outranked(FedSource& fed, Instant now) {
  const VerdictDescription outranked = describe(Verdict::kOutranked);
  answer(fed, false, outranked.name, outranked.text);
  const nanoseconds left = timekeeper_.in_force_for(now.mono);
  if (follows_server() || !default_rule(fed.kind).may_make_reliable || left == nanoseconds::zero()) return;
  reply_.text +=
      fmt::format(", and outranks this one for {} more, or longer if it is heard again", wait_text(left));
}

void Hub::consider(const Claim& claim, Instant now) {
  fed_.leave_expired(timekeeper_, now.mono);
  if (claim.kind == SourceKind::kPhone || claim.kind == SourceKind::kPhoneOnAccessPoint)
    timekeeper_.on_client_seen();
  FedSource& fed = fed_.find_or_add(claim.source, claim.kind);
  fed.at = now.mono;
  // The clock may have been slewed since the sample was taken.
  const Offset then = clock().sample_of(claim.at, claim.offset, claim.bound).offset;
  fed.offset = {saturated_difference(then.value, steered(now))};
  fed.bound = claim.bound;
  const Report judged{.kind = claim.kind,
                      .offset = fed.offset,
                      .bound = claim.bound,
                      .reliable = claim.is_reliable,
                      .claimed = shifted(hub_time(now.wall), fed.offset.value),
                      .vouched = claim.is_vouched};
  const Judgement judgement = timekeeper_.judge(judged, now.mono);
  const VerdictDescription verdict = describe(judgement.verdict);
  if (judgement.warn) {
    note(Event::kSourceDistrusted,
         fmt::format("{}: differs by {:+.3f} s", claim.source, Seconds{fed.offset.value}.count()),
         action::Note::Level::kNotice);
  }
  // A source for which nothing vouches does not set a clock that another program keeps.
  const bool is_vouched = claim.is_vouched && claim.kind != SourceKind::kCamera;
  if (!is_vouched && reference_.bound_by_kernel(hub_time(now.wall), rate_error()))
    return answer(fed, false, "outranked",
                  "another program keeps this machine's clock, as the kernel reports");
  switch (judgement.verdict) {
    case Verdict::kAdopt:
      // A server that we poll ourselves is preferred to any sample that is fed.
      if (follows_server() || (claim.kind == SourceKind::kIsland && before_island_))
        return answer_outranked(fed, now);
      return adopt(fed, claim, now);
    case Verdict::kAgree:
      if (!follows_server()) return agree(fed, claim, judgement.bound, now);
      return answer(fed, true, verdict.name, verdict.text);
    case Verdict::kBelowThreshold:
      return answer(fed, true, verdict.name, verdict.text);
    case Verdict::kOutranked:
      return answer_outranked(fed, now);
    case Verdict::kTooUncertain:
      // It contradicts the clock, so it is a later word of the source that has set it, or another's vote.
      if (!follows_server() && !fed.is_vague()) return adopt(fed, claim, now);
      break;
    case Verdict::kAbsurd:
      // The source that has set the clock takes its word back.
      if (claim.source == followed_ && !timekeeper_.find_implausible(claim.kind, judged.claimed))
        return refuse_move(fed, verdict.name, "more than such a source may move it", now);
      break;
    case Verdict::kUnreliable:
    case Verdict::kBelowFloor:
      break;
  }
  answer(fed, false, verdict.name, verdict.text);
}

// The source may be right, so nothing is claimed of the clock until another one decides.
void Hub::refuse_move(FedSource& fed, const char* name, const char* why, Instant now) {
  if (default_rule(fed.kind).may_make_reliable) contradict(now);
  answer(fed, false, name,
         fmt::format("it says that this clock is {:+.3f} s off, which is {}; if it is right, use sntpctl set",
                     -Seconds{fed.offset.value}.count(), why));
}

// Whoever agrees with the clock has a vote too, so that one liar among them does not narrow the bound, and
// two do not outvote more that agreed before. A person's latest word stands for itself, and a battery clock
// may have been set by this very clock.
void Hub::agree(FedSource& fed, const Claim& claim, Dispersion bound, Instant now) {
  const bool may_vote = claim.kind != SourceKind::kManual && claim.kind != SourceKind::kRtc &&
                        claim.is_vouched && !fed.is_vague();
  if (may_vote && !vote(fed, claim, now)) {
    const Placement& placement = discipline_.source(*fed.index)->placement;
    if (placement.is_outvoted) {
      widen(bound, now.mono);
      const StandingDescription standing = describe(placement.standing);
      return answer(fed, false, standing.name, standing.text);
    }
    if (!consensus_ || !is_agreeing(placement.standing)) {
      // Nothing tells which of them is right, so the bound reaches all of them.
      bound = std::max(bound, timekeeper_.standing(now.mono).bound);
    } else if (is_borne_out(fed)) {
      bound = consensus_->clock_bound;
    }
  }
  // A slew continues, and may move the clock away from this source.
  const nanoseconds left = magnitude(steering_.left(now.mono).value);
  on_sync(claim.kind, claim.source, {saturated_sum(bound.value, left)}, now, std::nullopt, {},
          claim.is_vouched);
  const VerdictDescription verdict = describe(Verdict::kAgree);
  answer(fed, true, verdict.name, verdict.text);
}

void Hub::adopt(FedSource& fed, const Claim& claim, Instant now) {
  // No source may set a clock that is left to another program.
  if (steering_.gives_way()) {
    fed_.leave(fed);
    return answer(fed, false, "clock-refuses", clock_trouble());
  }
  if (const auto why_not = vote(fed, claim, now)) return answer(fed, false, why_not->name, why_not->text);
  const nanoseconds left = magnitude(steering_.left(now.mono).value);
  // It may be the vote that decides for others that know better.
  const Standing standing = discipline_.source(*fed.index)->placement.standing;
  if (!consensus_ || !is_agreeing(standing)) {
    // A majority may allow more than where the clock is.
    if (consensus_) widen({saturated_sum(consensus_->clock_bound.value, left)}, now.mono);
    return answer(fed, false, describe(standing).name, describe(standing).text);
  }
  // Only servers are subject to the panic limit, because a remote server may be a falseticker. The other
  // kinds are fed from nearby, and have passed the limits of their ranks.
  const bool is_servers = claim.kind == SourceKind::kFedNtp || claim.kind == SourceKind::kIsland;
  const auto correction =
      steering_.correction(consensus_->estimate, kUntilNextFed, is_servers && is_set(now.mono), now.wall);
  if (!correction) {
    fed_.leave(fed);
    return refuse_move(fed, "panic", "further than --panic allows", now);
  }
  const nanoseconds error = saturated_sum(consensus_->estimate.phase, steered(now));
  // The clock is set to the estimate, which may differ from the claim because of earlier samples.
  const OffsetSample sample = sample_of(claim, fed.is_vague());
  const nanoseconds apart = magnitude(saturated_sum(consensus_->estimate.phase, sample.offset.value));
  const Dispersion by_claim{saturated_sum(claim.bound.value, apart)};
  order(*correction,
        AdoptClaim{.claim = claim,
                   .known = fed.is_vague() ? by_claim : consensus_->bound,
                   .left = correction->step ? nanoseconds::zero() : magnitude(error),
                   .frequency_bound =
                       correction->rate == 0 ? std::nullopt : std::optional{consensus_->frequency_bound}},
        now);
}

std::optional<VerdictDescription> Hub::vote(FedSource& fed, const Claim& claim, Instant now) {
  // Worse kinds are outranked, and a better one would not have let it come this far unless it is
  // contradicted.
  fed_.leave_other_kinds(claim.kind);
  discipline_.seed_frequency(frequency_for(claim.source, now.mono));
  discipline_.limit_drift(to_fraction(std::max(rate_error(), kFrequencyTolerance)));
  // The latest time that a person sets replaces all earlier ones, from whichever phone or terminal they came.
  if (claim.kind == SourceKind::kManual) fed_.leave_kind(claim.kind);
  // Earlier samples of the source are dropped if this one contradicts them or is much more accurate, or if
  // others contradicted them.
  const bool knows_at_last = std::exchange(fed.is_known_vaguely, fed.is_vague()) && !fed.is_vague();
  const bool was_outvoted = fed.index && discipline_.source(*fed.index)->placement.is_outvoted;
  if (knows_at_last || was_outvoted || contradicts_itself(fed, claim, now)) fed_.leave(fed);
  if (!fed_.join(fed)) return VerdictDescription{"no-room", "there are too many sources"};
  switch (discipline_.on_sample(*fed.index, now.mono, sample_of(claim, fed.is_vague()),
                                fed.is_vague() ? SourceAccount{} : claim.account)) {
    case Outcome::kStarted:
    case Outcome::kUsed:
    case Outcome::kStepped:
      break;
    case Outcome::kSuspect:
      return VerdictDescription{"suspect", "it contradicts what it said before: let it say so again"};
    case Outcome::kOutOfOrder:
      return VerdictDescription{"too-old", "it was taken before the last one"};
  }
  if (fed.is_vague()) discipline_.forget_stated(*fed.index);
  consensus_ = discipline_.select(free_time(now), steered(now));
  return std::nullopt;
}

bool Hub::is_borne_out(const FedSource& fed) const {
  return std::any_of(fed_.all().begin(), fed_.all().end(), [&](const FedSource& other) {
    return other.index && other.index != fed.index &&
           is_agreeing(discipline_.source(*other.index)->placement.standing);
  });
}

// The error that the root distance covers is the same in each sample of the source, so it is not noise.
OffsetSample Hub::sample_of(const Claim& claim, bool is_vague) const {
  const nanoseconds noise = saturated_difference(claim.bound.value, root_distance(claim.account));
  return clock().sample_of(claim.at, claim.offset,
                           is_vague ? kLeastKnown : Dispersion{std::max(noise, nanoseconds::zero())});
}

void Hub::proceed(const AdoptClaim& adopted, Instant now) {
  const Claim& claim = adopted.claim;
  FedSource& fed = fed_.find_or_add(claim.source, claim.kind);
  const bool is_new = followed_ != claim.source;
  on_sync(claim.kind, claim.source, {saturated_sum(adopted.known.value, adopted.left)}, now, std::nullopt, {},
          claim.is_vouched);
  if (adopted.frequency_bound) adapt_rate_error(*adopted.frequency_bound, steering_.steady_rate());
  if (is_new) note(Event::kSynchronised, "the clock follows " + claim.source);
  const VerdictDescription verdict = describe(Verdict::kAdopt);
  if (adopted.left < kWorthTelling) return answer(fed, true, verdict.name, verdict.text);
  answer(fed, true, verdict.name,
         fmt::format("the clock is slewed to it: {:.3f} s are left", Seconds{adopted.left}.count()));
}

void Hub::give_up(const AdoptClaim& adopted, Instant) {
  FedSource& fed = fed_.find_or_add(adopted.claim.source, adopted.claim.kind);
  fed_.leave(fed);
  answer(fed, false, "clock-refuses", clock_trouble());
}

bool Hub::contradicts_itself(const FedSource& fed, const Claim& claim, Instant now) const {
  if (!fed.index) return false;
  const auto& estimator = discipline_.source(*fed.index)->estimator;
  const auto estimate = estimator.at(free_time(now));
  if (!estimate) return false;
  const auto sample = clock().sample_of(claim.at, claim.offset, claim.bound);
  const nanoseconds apart = magnitude(saturated_difference(sample.offset.value, offset_of(*estimate).value));
  return apart > saturated_sum(claim.bound.value, estimator.error_bound(*estimate).value);
}

}  // namespace isletime
