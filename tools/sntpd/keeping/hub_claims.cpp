// SPDX-License-Identifier: MIT
// What the hub makes of the time that others claim: samples that are fed, a person's word.
#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "libsync/posix/address_reference_id.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/interfaces.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/sntpd/keeping/hub.hpp"

namespace isletime::sntpd {
namespace {

// Samples that are fed are fresh, or not looked at.
constexpr nanoseconds kOldestSample = std::chrono::minutes{1};
constexpr nanoseconds kReadingTwoClocks = std::chrono::milliseconds{10};
// A slew for a source that will hardly come again soon.
constexpr nanoseconds kUntilNextFed = seconds{64};
// A slew of less is as good as done.
constexpr nanoseconds kWorthTelling = std::chrono::milliseconds{1};

}  // namespace

Hub::Answer Hub::feed(const SampleRecord& sample) {
  notice_jump();
  const auto refuse = [&](const char* name, const std::string& text) {
    note(Event::kSampleRefused, fmt::format("{}: {}: {}", sample.source, name, text));
    return Answer{false, name, text};
  };
  const auto kind = kind_of(sample.source, access_point_networks());
  if (!kind) {
    return refuse("unknown-kind",
                  "a source begins with ntp:, phone:, manual:, ocpp:, http:, rtc:, ccapi: or camera:");
  }
  if (!sample.offset || !sample.uncertainty)
    return refuse("bad-sample", "it has no offset, or no uncertainty");
  const WallTime now = wall_now();
  const nanoseconds age = elapsed(sample.time, now);
  if (age < -kReadingTwoClocks) return refuse("from-the-future", "by this clock it is still to be taken");
  if (age > kOldestSample) return refuse("too-old", "it was taken more than a minute ago");
  if (sample.time < set_at_ && steering_.clock().sets_the_machines_clock()) {
    return refuse("too-old", "the clock was set since it was taken");
  }
  Claim claim{.source = sample.source,
              .kind = *kind,
              .at = sample.time,
              .offset = {*sample.offset},
              .bound = {saturated_sum(*sample.uncertainty,
                                      drift(std::max(age, nanoseconds::zero()), kFrequencyTolerance))},
              .is_reliable = sample.reliable.value_or(true)};
  if (sample.leap) claim.account.leap = static_cast<Leap>(*sample.leap);
  claim.account.stratum = sample.stratum.value_or(0);
  if (*kind == SourceKind::kFedNtp) {
    if (is_our_own(sample)) return refuse("loop", "it is this hub's own answer, or follows it");
    const bool is_local = sample.refid == "LOCL" || sample.refid == reference_id_text(kLocalClock, 2);
    if (is_local) claim.kind = SourceKind::kIsland;
  }
  claim.account.root_delay = {sample.root_delay.value_or(nanoseconds::zero())};
  claim.account.root_dispersion = {sample.root_dispersion.value_or(nanoseconds::zero())};
  claim.bound = {saturated_sum(claim.bound.value, saturated_sum(claim.account.root_delay.value / 2,
                                                                claim.account.root_dispersion.value))};
  const bool is_unset_server = *kind == SourceKind::kFedNtp && sample.stratum &&
                               (*sample.stratum == 0 || *sample.stratum >= kMaxStratum);
  if (claim.account.leap == Leap::kUnsynchronised || is_unset_server) claim.is_reliable = false;
  return judge(claim);
}

// It is at an address of this machine and states what we state, or it names us as its reference.
bool Hub::is_our_own(const SampleRecord& sample) const {
  if (options_.port == 0) return false;
  const ServerState served = state();
  const bool states_the_same = sample.stratum == served.stratum &&
                               sample.root_delay == served.root_delay.value &&
                               sample.refid == reference_id_text(served.reference_id, served.stratum);
  const auto is_at = [&](IpAddress address) {
    const bool is_named = sample.source == source_of({.address = address, .port = options_.port});
    return is_named || (states_the_same && sample.source == "ntp:" + address_text({address, 0, 0}));
  };
  if (is_at(IpAddress::v4(0x7f00'0001)) || is_at({0, 1})) return true;
  const auto own = interface_addresses();
  return std::any_of(own.begin(), own.end(), [&](const InterfaceAddress& a) {
    const bool is_followed = sample.stratum.value_or(0) >= 2 && !a.address.is_loopback() &&
                             sample.refid == reference_id_text(reference_id_of(a.address), 2);
    return is_at(a.address) || is_followed;
  });
}

Hub::Answer Hub::set(const SetTime& request) {
  notice_jump();
  const WallTime now = wall_now();
  Answer answer = judge({.source = "manual",
                         .kind = SourceKind::kManual,
                         .at = now,
                         .offset = {elapsed(now, request.time)},
                         .bound = request.uncertainty,
                         .is_reliable = true});
  if (answer.is_accepted) note(Event::kSetByHand, "the time was set by hand");
  return answer;
}

Hub::Answer Hub::answer(FedSource& fed, bool is_accepted, const std::string& name, const std::string& text) {
  fed.verdict = name;
  fed.text = text;
  if (!is_accepted) note(Event::kSampleRefused, fmt::format("{}: {}: {}", fed.source, name, text));
  has_changed_ = true;
  return {is_accepted, name, text};
}

Hub::Answer Hub::judge(const Claim& claim) {
  const MonoTime now = mono_now();
  fed_.leave_expired(timekeeper_, now);
  if (claim.kind == SourceKind::kPhone || claim.kind == SourceKind::kPhoneOnAccessPoint)
    timekeeper_.on_client_seen();
  FedSource& fed = fed_.find_or_add(claim.source, claim.kind);
  fed.at = now;
  fed.offset = {
      saturated_difference(claim.offset.value, elapsed(claim.at, steering_.clock().hub_time(claim.at)))};
  fed.bound = claim.bound;
  const Judgement judgement = timekeeper_.judge({.kind = claim.kind,
                                                 .offset = fed.offset,
                                                 .bound = claim.bound,
                                                 .reliable = claim.is_reliable,
                                                 .claimed = shifted(steering_.hub_now(), fed.offset.value)},
                                                now);
  const VerdictDescription verdict = describe(judgement.verdict);
  if (judgement.warn) {
    log_.notice(fmt::format("{}: differs by {:+.3f} s", claim.source, Seconds{fed.offset.value}.count()));
  }
  switch (judgement.verdict) {
    case Verdict::kAdopt:
      // A server that we ask ourselves knows better than one that somebody else asked.
      if (follows_upstream()) {
        const VerdictDescription outranked = describe(Verdict::kOutranked);
        return answer(fed, false, outranked.name, outranked.text);
      }
      return adopt(fed, claim, now);
    case Verdict::kAgree:
      if (!follows_upstream()) on_sync(claim.kind, claim.source, judgement.bound);
      return answer(fed, true, verdict.name, verdict.text);
    case Verdict::kBelowThreshold:
      return answer(fed, true, verdict.name, verdict.text);
    case Verdict::kUnreliable:
    case Verdict::kBelowFloor:
    case Verdict::kAbsurd:
    case Verdict::kOutranked:
    case Verdict::kTooUncertain:
      break;
  }
  return answer(fed, false, verdict.name, verdict.text);
}

Hub::Answer Hub::adopt(FedSource& fed, const Claim& claim, MonoTime now) {
  fed_.leave_outranked(claim.kind);
  steering_.take_clock();
  discipline_.seed_frequency(frequency_for(claim.source));
  // What it says now counts, and no older word of its own that contradicts it. A person's word is never
  // averaged.
  if (claim.kind == SourceKind::kManual || contradicts_itself(fed, claim)) fed_.leave(fed);
  if (!fed_.join(fed)) return answer(fed, false, "no-room", "there are too many sources");
  const auto sample =
      steering_.clock().sample_of(claim.at, claim.offset, fed.is_vague() ? kLeastKnown : claim.bound);
  switch (discipline_.on_sample(*fed.index, now, sample, claim.account)) {
    case Outcome::kStarted:
    case Outcome::kUsed:
    case Outcome::kStepped:
      break;
    case Outcome::kSuspect:
      return answer(fed, false, "suspect", "it contradicts what it said before: let it say so again");
    case Outcome::kOutOfOrder:
      return answer(fed, false, "too-old", "it was taken before the last one");
  }
  const auto consensus = discipline_.select(steering_.free_now(), steering_.steered_now());
  const Standing standing = discipline_.source(*fed.index)->placement.standing;
  if (!consensus || !is_selected(standing)) {
    return answer(fed, false, describe(standing).name, describe(standing).text);
  }
  // A server's time may be any liar's. The others are fed by who is here, and have been judged by their
  // ranks.
  const bool is_servers = claim.kind == SourceKind::kFedNtp || claim.kind == SourceKind::kIsland;
  const bool is_set = timekeeper_.standing(now).ever_set || was_running_;
  const auto steered = steering_.steer(consensus->estimate, kUntilNextFed, is_servers && is_set);
  if (!steered) {
    fed_.leave(fed);
    if (steered.error() == SteeringFault::kPanic)
      return answer(fed, false, "panic", "the clock would move further than --panic allows");
    return answer(fed, false, "clock-refuses", steering_.trouble());
  }
  if (steered->is_stepped) on_own_step();
  const Dispersion known = fed.is_vague() ? claim.bound : std::min(consensus->bound, claim.bound);
  const Dispersion bound{saturated_sum(known.value, steered->left)};
  const bool is_new = followed_ != claim.source;
  on_sync(claim.kind, claim.source, bound);
  if (is_new) note(Event::kSynchronised, "the clock follows " + claim.source);
  const VerdictDescription verdict = describe(Verdict::kAdopt);
  if (steered->left < kWorthTelling) return answer(fed, true, verdict.name, verdict.text);
  return answer(fed, true, verdict.name,
                fmt::format("the clock is slewed to it: {:.3f} s are left", Seconds{steered->left}.count()));
}

bool Hub::contradicts_itself(const FedSource& fed, const Claim& claim) const {
  if (!fed.index) return false;
  const auto& estimator = discipline_.source(*fed.index)->estimator;
  const auto estimate = estimator.at(steering_.free_now());
  if (!estimate) return false;
  const auto sample = steering_.clock().sample_of(claim.at, claim.offset, claim.bound);
  const nanoseconds apart = magnitude(saturated_difference(sample.offset.value, offset_of(*estimate).value));
  return apart > saturated_sum(claim.bound.value, estimator.error_bound(*estimate).value);
}

std::vector<Prefix> Hub::access_point_networks() const {
  std::vector<Prefix> networks;
  for (const InterfaceAddress& address : interface_addresses()) {
    if (address.interface == options_.access_point) networks.push_back(address.network);
  }
  return networks;
}

}  // namespace isletime::sntpd
