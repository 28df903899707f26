// SPDX-License-Identifier: MIT
// Which server the hub's clock follows, which it refuses, and what is claimed of the clock from then on.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libsync/posix/address_reference_id.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/record/plain_text.hpp"
#include "tools/common/build_time.hpp"
#include "tools/sntpd/keeping/fractions.hpp"
#include "tools/sntpd/keeping/hub.hpp"

namespace isletime::sntpd {
namespace {

// No frequency counts as better known.
constexpr double kLeastDeviation = 1e-8;

// While nobody else tells the time.
constexpr nanoseconds kLookAtKernel = seconds{64};

}  // namespace

// A query without answer may end somebody's majority, but is no news of the time; nor is a sample that is in
// doubt.
void Hub::follow_upstreams(bool is_news, MonoTime now) {
  hear_refused_again();
  const auto consensus = discipline_.select(steering_.free_now(), steering_.steered_now());
  Association* peer = consensus ? upstreams_.find(consensus->system_peer) : nullptr;
  report_disagreement(consensus.has_value());
  if (peer == nullptr) {
    lose();
  } else if (may_begin_with(*peer) && (is_news || followed_ != peer->source)) {
    follow(*peer, *consensus, now);
  } else if (followed_ == peer->source) {
    widen(consensus->bound, now);
  }
}

bool Hub::may_begin_with(const Association& peer) const {
  return follows_upstream() || !discipline_.source(peer.index)->estimator.is_suspicious();
}

bool Hub::is_on_local_clock(const Association& association) const {
  const auto& last = association.last;
  return last && isletime::is_local_clock(last->server.stratum, last->server.reference_id);
}

void Hub::follow(Association& peer, const Discipline::Consensus& consensus, MonoTime now) {
  const bool is_island = is_on_local_clock(peer);
  const ClockStanding standing = timekeeper_.standing(now);
  const SourceKind kind = is_island ? SourceKind::kIsland : SourceKind::kNtp;
  const Offset move{-saturated_sum(consensus.estimate.phase, steering_.steered_now())};
  if (is_island && !may_follow_island(peer, move, now)) return lose();
  if (const auto implausible = find_implausible(kind, move)) {
    refuse(peer, move, describe(*implausible).text);
    // The floor may have been raised by a lie; a time before the build is wrong, and contradicts nothing.
    if (*implausible == Verdict::kBelowFloor && shifted(steering_.hub_now(), move.value) >= build_time())
      contradict();
    return lose();
  }
  const bool was_refused = std::exchange(peer.was_refused, false);
  const bool is_held = !comes_right(move) && (was_synchronised(kind, now) || was_refused);
  const auto steered = steering_.steer(consensus.estimate, peer.upstream.interval(), is_held);
  if (!steered) {
    if (steered.error() == SteeringFault::kPanic) {
      refuse(peer, move, "that is further than --panic allows");
      contradict();
    }
    return lose();
  }
  if (steered->is_stepped) on_own_step();
  learn_frequency(consensus);
  const auto& account = discipline_.source(consensus.system_peer)->account;
  // What an island's clock says of itself does not make ours any better than it was.
  const bool was_known = is_island && standing.ever_set && standing.kind != SourceKind::kIsland;
  const nanoseconds known =
      was_known ? saturated_sum(standing.bound.value, magnitude(move.value)) : nanoseconds{};
  const Dispersion bound{saturated_sum(std::max(consensus.bound.value, known), steered->left)};
  const bool is_other_server = follows_upstream();
  const bool is_new = followed_ != peer.source;
  const WallTime hub_now = steering_.hub_now();
  on_sync(kind, peer.source, bound,
          Reference::Upstream{.leap = consensus.leap,
                              .stratum = account.stratum,
                              .reference_id = reference_id_of(peer.upstream.server().address),
                              .reference_time = unfold(account.reference_time, hub_now).value_or(hub_now),
                              .root_delay = {account.root_delay.value + peer.last->delay.value},
                              .is_on_local_clock = is_island},
          peer.upstream.interval());
  if (!is_island) {
    timekeeper_.raise_floor(shifted(hub_now, -bound.value));
    steering_.tell({consensus.leap, bound.value, rounded(Seconds{std::sqrt(consensus.estimate.var_phase)})});
  }
  was_lost_ = false;
  if (!is_new) return;
  if (is_other_server) note(Event::kSourceSelected, "the clock now follows " + peer.source);
  if (!is_other_server) note(Event::kSynchronised, "the clock follows " + peer.source);
}

// Nobody vouches for an island's clock: it is followed for want of anything else, or as long as the server
// that was followed before agrees with what is known, so that its clients stay together.
bool Hub::may_follow_island(const Association& peer, Offset move, MonoTime now) const {
  const ClockStanding standing = timekeeper_.standing(now);
  if (options_.is_island_reference) return false;
  if (!standing.ever_set || standing.kind == SourceKind::kIsland) return true;
  return followed_ == peer.source && magnitude(move.value) <= standing.bound.value;
}

// A clock that reads less than the floor, and agrees with its server, is a simulation's: it is steered, but
// never served as right.
std::optional<Verdict> Hub::find_implausible(SourceKind kind, Offset move) const {
  const WallTime hub_now = steering_.hub_now();
  const auto implausible = timekeeper_.find_implausible(kind, shifted(hub_now, move.value));
  if (implausible == Verdict::kBelowFloor && hub_now < earliest_ &&
      magnitude(move.value) < std::chrono::hours{24})
    return std::nullopt;
  return implausible;
}

// A clock before the build is certainly wrong: it may be set to a time that can be, however far that is.
bool Hub::comes_right(Offset move) const {
  const WallTime hub_now = steering_.hub_now();
  return hub_now < build_time() && shifted(hub_now, move.value) >= earliest_;
}

// Who comes to agree with the clock again is heard again, but not to move it any further.
void Hub::hear_refused_again() {
  for (const auto& association : upstreams_.associations()) {
    const auto& source = *discipline_.source(association->index);
    const auto estimate = source.is_refused ? source.estimator.at(steering_.free_now()) : std::nullopt;
    if (!estimate) continue;
    const Offset move{-saturated_sum(estimate->phase, steering_.steered_now())};
    const bool is_set = timekeeper_.standing(mono_now()).ever_set || was_running_;
    const bool is_too_far = is_set && !comes_right(move) && magnitude(move.value) > options_.limits.panic;
    if (is_too_far || find_implausible(SourceKind::kNtp, move)) continue;
    discipline_.refuse(association->index, false);
    association->was_refused = is_set;
  }
}

void Hub::refuse(Association& peer, Offset move, const char* why) {
  peer.refusal =
      fmt::format("{} says that this clock is {:+.3f} s off: refused, as {}; if it is right, use sntpctl set",
                  peer.source, -Seconds{move.value}.count(), why);
  discipline_.refuse(peer.index, true);
  log_.error(made_plain(peer.refusal));
  memory_.note(steering_.hub_now(), Event::kSampleRefused, peer.refusal);
  has_changed_ = true;
}

// By a time that may be right. A person who has set the clock since has heard of it, and knows better.
void Hub::contradict() {
  const ClockStanding standing = timekeeper_.standing(mono_now());
  if (!standing.ever_set || standing.kind == SourceKind::kManual) return;
  timekeeper_.on_contradicted();
  reference_.on_contradicted(true);
  steering_.untell();
}

void Hub::widen(Dispersion bound, MonoTime now) {
  timekeeper_.widen(bound, now);
  reference_.widen(bound);
}

void Hub::on_sync(SourceKind kind, const std::string& source, Dispersion bound,
                  const std::optional<Reference::Upstream>& upstream, nanoseconds until_next) {
  const MonoTime now = mono_now();
  const WallTime hub_now = steering_.hub_now();
  timekeeper_.on_sync(kind, bound, now, until_next);
  // A camera may set the clock, but nobody vouches for it.
  if (kind == SourceKind::kCamera) {
    reference_.on_step(hub_now);
  } else {
    reference_.on_sync(hub_now, bound, upstream);
  }
  if (kind == SourceKind::kManual) {
    timekeeper_.lower_floor(hub_now);
    earliest_ = std::max(build_time(), std::min(earliest_, hub_now));
    reference_.set_floor(earliest_);
    saved_.last_good_time = earliest_;
    last_good_.reset();
  }
  if (timekeeper_.may_raise_floor(kind) && timekeeper_.standing(now).reliable)
    last_good_ = shifted(hub_now, -bound.value);
  if (kind != SourceKind::kNtp) steering_.untell();
  followed_ = source;
  if (!next_save_) next_save_ = now + kFirstSave;
}

// Another program may keep the clock: as long as nobody has told us the time, the kernel's word for it
// counts.
void Hub::hear_kernel(MonoTime now) {
  if (timekeeper_.standing(now).ever_set) {
    next_look_at_kernel_.reset();
    return;
  }
  if (next_look_at_kernel_ && now < *next_look_at_kernel_) return;
  next_look_at_kernel_ = now + kLookAtKernel;
  reference_.on_kernel(steering_.hub_now(), kernel_clock_error());
}

// Where servers are asked more seldom than the kernel waits.
void Hub::retell(MonoTime now) {
  if (!steering_.is_telling_due(now)) return;
  const ClockStanding standing = timekeeper_.standing(now);
  if (standing.reliable) {
    steering_.retell(standing.bound);
  } else {
    steering_.give_up_telling();
  }
}

// As far as it has been measured.
Ppm Hub::rate_uncertainty() const {
  if (!frequency_) return kFrequencyTolerance;
  return std::min(to_ppm(2 * frequency_->deviation + kChangeOfFrequency), kFrequencyTolerance);
}

void Hub::learn_frequency(const Discipline::Consensus& consensus) {
  const double deviation = std::sqrt(consensus.estimate.var_frequency);
  frequency_ = Frequency{consensus.estimate.frequency, std::max(2 * deviation, kLeastDeviation)};
  timekeeper_.adapt(to_ppm(consensus.frequency_bound + kChangeOfFrequency));
}

void Hub::lose() {
  if (!follows_upstream()) return;
  reference_.on_lost();
  note(Event::kHoldover, followed_ + " is not followed any more: the clock runs on by itself");
  followed_.clear();
  was_lost_ = true;
}

// Said once an episode.
void Hub::report_disagreement(bool is_anybody_believed) {
  std::string accounts;
  int known = 0;
  for (const auto& association : upstreams_.associations()) {
    const auto& source = *discipline_.source(association->index);
    const auto estimate = source.estimator.at(steering_.free_now());
    if (source.placement.standing != Standing::kFalseticker || !estimate) continue;
    if (association->samples < kFirstSamples) continue;
    const nanoseconds offset =
        saturated_difference(offset_of(*estimate).value, steering_.clock().steered(wall_now()));
    accounts +=
        fmt::format("{}{} {:+.3f} s", known++ == 0 ? "" : ", ", association->source, Seconds{offset}.count());
  }
  const bool did_disagree = std::exchange(do_disagree_, !is_anybody_believed && known > 1);
  is_anybody_believed_ = is_anybody_believed;
  if (!do_disagree_ || did_disagree) return;
  const std::string what = fmt::format(
      "the servers disagree, and nothing tells which of them is right ({}): none is followed; add another "
      "--server, or give the word prefer to the one to be believed",
      accounts);
  log_.notice(made_plain(what));
  memory_.note(steering_.hub_now(), Event::kServersDisagree, what);
  has_changed_ = true;
}

void Hub::report_standings() {
  for (const auto& association : upstreams_.associations()) {
    const auto& source = *discipline_.source(association->index);
    // Where nobody is believed nobody is the liar: report_disagreement() tells of all of them.
    if (source.placement.standing == Standing::kFalseticker && !is_anybody_believed_) continue;
    const Standing before = std::exchange(association->standing, source.placement.standing);
    const Standing after = association->standing;
    if (before == after) continue;
    const std::string why =
        fmt::format("{}: {}: {}", association->source, describe(after).name, describe(after).text);
    if (after == Standing::kFalseticker || after == Standing::kLoop) {
      log_.notice(why);
      memory_.note(steering_.hub_now(), Event::kSourceDistrusted, why);
    } else if (after == Standing::kUnreachable) {
      note(Event::kSourceLost, why);
    }
  }
}

bool Hub::was_synchronised(SourceKind by, MonoTime now) const {
  const ClockStanding standing = timekeeper_.standing(now);
  return standing.ever_set ? standing.kind <= by : was_running_;
}

}  // namespace isletime::sntpd
