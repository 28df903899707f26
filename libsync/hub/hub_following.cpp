// SPDX-License-Identifier: MIT
// The hub's choice of the server that its clock follows, its refusals, and the bound of the clock that
// results.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libsync/hub/fractions.hpp"
#include "libsync/hub/hub.hpp"

namespace isletime {
namespace {

// A frequency is never known better than this.
constexpr double kLeastDeviation = 1e-8;

}  // namespace

void Hub::hear_server(bool is_news, Instant now) {
  has_changed_ = true;
  fed_.leave_expired(timekeeper_, now.mono);
  follow_servers(is_news, now);
  report_standings(now.mono);
}

// An unanswered query may end a majority, but neither it nor a sample that is in doubt corrects the clock.
void Hub::follow_servers(bool is_news, Instant now) {
  hear_refused_again(now);
  const std::vector<std::uint8_t> machines = names_.machines(servers_);
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (servers_[i]) discipline_.set_machine(i, machines[i]);
  }
  consensus_ = discipline_.select(free_time(now), steered(now));
  if (consensus_ && consensus_->is_premature) return consensus_.reset();
  if (consensus_ && consensus_->is_outvoted) {
    consensus_.reset();
    contradict(now);
  }
  const bool is_server_believed = consensus_ && servers_[consensus_->system_peer];
  report_disagreement(is_server_believed, now);
  if (!is_server_believed) {
    widen_by_doubts(now);
    // The slew may have been begun for one of the servers that disagree.
    if (do_disagree_ && steering_.is_slewing()) end_slew(now);
    return lose();
  }
  const std::size_t peer = consensus_->system_peer;
  if (may_begin_with(peer) && (is_news || followed_ != servers_[peer]->source())) {
    follow(peer, *consensus_, now);
  } else if (followed_ == servers_[peer]->source() || was_lost_) {
    widen(consensus_->bound, now.mono);
  }
}

bool Hub::may_begin_with(std::size_t index) const {
  return follows_server() || !discipline_.source(index)->estimator.is_suspicious();
}

void Hub::follow(std::size_t index, const Discipline::Consensus& consensus, Instant now) {
  const AskedServer& peer = *servers_[index];
  const bool is_island = is_on_local_clock(peer);
  const SourceKind kind = is_island ? SourceKind::kIsland : SourceKind::kNtp;
  const nanoseconds error = saturated_sum(consensus.estimate.phase, steered(now));
  const Offset move{-saturated(error)};
  if (is_island && !may_follow_island(peer.source(), move, now.mono)) return lose();
  if (const auto implausible = find_implausible(kind, move, now.wall)) {
    // A falseticker may have raised the floor, so a time below it may be right, unless it is before the build
    // time.
    const bool may_be_right =
        *implausible == Verdict::kBelowFloor && shifted(hub_time(now.wall), move.value) >= config_.made;
    refuse(index, move, describe(*implausible).text, may_be_right);
    servers_[index]->is_beyond_panic = false;
    if (may_be_right) contradict(now);
    return lose();
  }
  const bool was_refused = std::exchange(servers_[index]->was_refused, false);
  const bool is_held = !comes_right(move, now.wall) && (was_synchronised(kind, now.mono) || was_refused);
  if (steering_.gives_way()) return lose();
  const nanoseconds until_next = interval(index, now);
  const auto correction = steering_.correction(consensus.estimate, until_next, is_held, now.wall);
  if (!correction) {
    refuse(index, move, "that is further than --panic allows", true);
    servers_[index]->is_beyond_panic = true;
    contradict(now);
    return lose();
  }
  // The bound that an island states does not improve ours, because its clock is undisciplined.
  const auto before = is_island ? known_beside_island(now.mono) : std::nullopt;
  std::optional<Dispersion> known;
  if (before) known = Dispersion{saturated_sum(before->value, magnitude(move.value))};
  order(*correction,
        FollowServer{.index = index,
                     .consensus = consensus,
                     .until_next = until_next,
                     .left = correction->step ? nanoseconds::zero() : magnitude(error),
                     .known = known,
                     .is_island = is_island},
        now);
}

void Hub::proceed(const FollowServer& followed, Instant now) {
  const Discipline::Consensus& consensus = followed.consensus;
  learn_frequency(consensus);
  const AskedServer& peer = *servers_[followed.index];
  const auto& account = discipline_.source(followed.index)->account;
  const Dispersion known = std::max(consensus.bound, followed.known.value_or(Dispersion{}));
  const Dispersion bound{saturated_sum(known.value, followed.left)};
  const bool is_other_server = follows_server();
  const bool is_new = followed_ != peer.source();
  const WallTime hub_now = hub_time(now.wall);
  on_sync(followed.is_island ? SourceKind::kIsland : SourceKind::kNtp, peer.source(), bound, now,
          Reference::Upstream{.leap = consensus.leap,
                              .stratum = account.stratum,
                              .reference_id = peer.address.reference_id,
                              .reference_time = unfold(account.reference_time, hub_now).value_or(hub_now),
                              .root_delay = {saturated_sum(account.root_delay.value, peer.last->delay.value)},
                              .is_on_local_clock = followed.is_island},
          followed.until_next);
  if (followed.known) before_island_ = KnownBefore{*followed.known, now.mono};
  if (!followed.is_island) {
    timekeeper_.raise_floor(shifted(hub_now, -bound.value));
    tell_kernel({consensus.leap, bound.value, rounded(Seconds{std::sqrt(consensus.estimate.var_phase)})},
                now);
  }
  was_lost_ = false;
  if (!is_new) return;
  if (is_other_server) note(Event::kSourceSelected, "the clock now follows " + peer.source());
  if (!is_other_server) note(Event::kSynchronised, "the clock follows " + peer.source());
}

// An island's clock is undisciplined. It is followed only if no better source has told the time, or if it was
// followed before and still agrees with the clock within its bound, so that the island's clients agree with
// each other.
bool Hub::may_follow_island(const std::string& source, Offset move, MonoTime now) const {
  if (config_.is_island_reference) return false;
  const auto known = known_beside_island(now);
  return !known || (followed_ == source && magnitude(move.value) <= known->value);
}

std::optional<Dispersion> Hub::known_beside_island(MonoTime now) const {
  if (before_island_) {
    return Dispersion{
        saturated_sum(before_island_->bound.value, drift(elapsed(before_island_->at, now), rate_error()))};
  }
  const ClockStanding standing = timekeeper_.standing(now);
  if (!standing.ever_set || standing.kind == SourceKind::kIsland || !standing.vouched) return std::nullopt;
  return standing.bound;
}

// A clock below the floor that agrees with its server within a day means a simulation: the clock is steered,
// but is served as unsynchronised.
std::optional<Verdict> Hub::find_implausible(SourceKind kind, Offset move, WallTime now) const {
  const WallTime hub_now = hub_time(now);
  const auto implausible = timekeeper_.find_implausible(kind, shifted(hub_now, move.value));
  if (implausible == Verdict::kBelowFloor && hub_now < earliest_ &&
      magnitude(move.value) < std::chrono::hours{24})
    return std::nullopt;
  return implausible;
}

// A clock that reads less than the build time is certainly wrong, so it may be set to any plausible time.
bool Hub::comes_right(Offset move, WallTime now) const {
  const WallTime hub_now = hub_time(now);
  return hub_now < config_.made && shifted(hub_now, move.value) >= earliest_;
}

// A refused server is used again once it agrees with the clock. One that was beyond the panic limit is still
// held to it, whoever has set the clock since.
void Hub::hear_refused_again(Instant now) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (!servers_[i]) continue;
    const auto& source = *discipline_.source(i);
    const auto estimate = source.is_refused ? source.estimator.at(free_time(now)) : std::nullopt;
    if (!estimate) continue;
    const Offset move{-saturated_sum(estimate->phase, steered(now))};
    const bool is_held =
        servers_[i]->is_beyond_panic ? is_set(now.mono) : was_synchronised(SourceKind::kNtp, now.mono);
    const bool is_too_far =
        is_held && !comes_right(move, now.wall) && magnitude(move.value) > config_.limits.panic;
    if (is_too_far || find_implausible(SourceKind::kNtp, move, now.wall)) continue;
    discipline_.accept(i);
    servers_[i]->was_refused = is_held;
  }
}

void Hub::refuse(std::size_t index, Offset move, const char* why, bool may_be_right) {
  AskedServer& server = *servers_[index];
  server.refusal =
      fmt::format("{} says that this clock is {:+.3f} s off: refused, as {}; if it is right, use sntpctl set",
                  server.source(), -Seconds{move.value}.count(), why);
  discipline_.refuse(index, may_be_right);
  note(Event::kSampleRefused, server.refusal, action::Note::Level::kError);
}

// The server's time may be right. If a person has set the clock, nothing changes: a person's decision
// stands.
void Hub::contradict(Instant now) {
  const ClockStanding standing = timekeeper_.standing(now.mono);
  if (!standing.ever_set || standing.kind == SourceKind::kManual) return;
  timekeeper_.on_contradicted();
  reference_.on_contradicted(true);
  untell(now);
}

void Hub::widen(Dispersion bound, MonoTime now) {
  timekeeper_.widen(bound, now);
  reference_.widen(bound);
}

// A server whose samples are so doubtful that it is not selected any more may be right. So may each of the
// servers that disagree, unless a source of a worse rank has set the clock and one of the servers confirms
// it.
void Hub::widen_by_doubts(Instant now) {
  const std::uint8_t rank = default_rule(timekeeper_.standing(now.mono).kind).rank;
  const bool is_borne_out = is_borne_out_by_server(now);
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (!servers_[i]) continue;
    const auto& source = *discipline_.source(i);
    if (!source.is_proven || source.is_refused || source.config.rank > rank) continue;
    const bool is_of_rank = source.config.rank == rank;
    const bool disagrees =
        source.placement.standing == Standing::kFalseticker && (is_of_rank || !is_borne_out);
    if (!disagrees && !source.estimator.is_suspicious()) continue;
    const auto estimate = estimate_of(i, now);
    if (!estimate) continue;
    if (disagrees) {
      widen({saturated_sum(estimate->bound.value, magnitude(estimate->offset.value))}, now.mono);
    } else {
      widen(estimate->bound, now.mono);
    }
  }
}

bool Hub::is_borne_out_by_server(Instant now) const {
  const nanoseconds known = timekeeper_.standing(now.mono).bound.value;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (!servers_[i] || discipline_.source(i)->placement.standing != Standing::kFalseticker) continue;
    const auto estimate = estimate_of(i, now);
    if (!estimate) continue;
    if (magnitude(estimate->offset.value) <= saturated_sum(known, estimate->bound.value)) return true;
  }
  return false;
}

std::optional<Hub::ServerEstimate> Hub::estimate_of(std::size_t index, Instant now) const {
  const auto& source = *discipline_.source(index);
  if (source.placement.is_outvoted) return std::nullopt;
  const auto estimate = source.estimator.at(free_time(now));
  if (!estimate) return std::nullopt;
  return ServerEstimate{
      {saturated_difference(offset_of(*estimate).value, steered(now))},
      {saturated_sum(source.estimator.error_bound(*estimate).value, root_distance(source.account))}};
}

void Hub::on_sync(SourceKind kind, const std::string& source, Dispersion bound, Instant now,
                  const std::optional<Reference::Upstream>& upstream, nanoseconds until_next,
                  bool is_vouched) {
  const WallTime hub_now = hub_time(now.wall);
  if (kind != SourceKind::kIsland) before_island_.reset();
  timekeeper_.on_sync(kind, bound, now.mono, until_next, is_vouched);
  // A camera, or a battery clock that nothing vouches for, may set the clock, but its time is never served as
  // synchronised.
  if (kind == SourceKind::kCamera || !is_vouched) {
    reference_.on_unset();
    reference_.on_step(hub_now);
  } else {
    reference_.on_sync(hub_now, bound, upstream);
  }
  if (kind == SourceKind::kManual) {
    timekeeper_.lower_floor(hub_now);
    earliest_ = std::max(config_.made, std::min(earliest_, hub_now));
    reference_.set_floor(earliest_);
    saved_.last_good_time = earliest_;
    last_good_.reset();
  }
  if (timekeeper_.may_raise_floor(kind) && timekeeper_.standing(now.mono).reliable)
    last_good_ = shifted(hub_now, -bound.value);
  if (kind != SourceKind::kNtp) untell(now);
  followed_ = source;
  if (!next_save_) next_save_ = now.mono + kFirstSave;
  // A restart must not claim more than is claimed now.
  const nanoseconds by_restart =
      saved_sync_ ? saturated_sum(saved_sync_->bound.value,
                                  drift(elapsed(saved_sync_->at, now.mono), kFrequencyTolerance))
                  : nanoseconds::max();
  if (bound.value > by_restart || !is_saved_state_known_) save(now);
}

void Hub::learn_frequency(const Discipline::Consensus& consensus) {
  const double deviation = std::sqrt(consensus.estimate.var_frequency);
  frequency_ = Frequency{consensus.estimate.frequency, std::max(2 * deviation, kLeastDeviation)};
  adapt_rate_error(consensus.frequency_bound);
}

void Hub::adapt_rate_error(double fraction) {
  timekeeper_.adapt(to_ppm(fraction + kChangeOfFrequency));
}

void Hub::adapt_rate_error(double fraction, double correction) {
  const Ppm uncorrected = std::max(saved_.rate_error.value_or(kFrequencyTolerance), kFrequencyTolerance);
  adapt_rate_error(std::min(fraction, to_fraction(uncorrected) + std::abs(correction)));
}

Ppm Hub::rate_error() const {
  const auto& known = timekeeper_.rate_error();
  return known ? known->value : kFrequencyTolerance;
}

void Hub::lose() {
  if (!follows_server()) return;
  reference_.on_lost();
  note(Event::kHoldover, followed_ + " is not followed any more: the clock runs on by itself");
  followed_.clear();
  was_lost_ = true;
}

// Each disagreement is noted once.
void Hub::report_disagreement(bool is_server_believed, Instant now) {
  std::string accounts;
  int known = 0;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (!servers_[i] || servers_[i]->samples < kFirstSamples) continue;
    if (discipline_.source(i)->placement.standing != Standing::kFalseticker) continue;
    const auto estimate = estimate_of(i, now);
    if (!estimate) continue;
    accounts += fmt::format("{}{} {:+.3f} s", known++ == 0 ? "" : ", ", servers_[i]->source(),
                            Seconds{estimate->offset.value}.count());
  }
  const bool did_disagree = std::exchange(do_disagree_, !is_server_believed && known > 1);
  is_server_believed_ = is_server_believed;
  if (!do_disagree_ || did_disagree) return;
  note(Event::kServersDisagree,
       fmt::format("the servers disagree, and nothing tells which of them is right ({}): none is followed; "
                   "add another --server, or give the word prefer to the one to be believed",
                   accounts),
       action::Note::Level::kNotice);
}

void Hub::report_standings(MonoTime now) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (!servers_[i]) continue;
    AskedServer& server = *servers_[i];
    const Standing after = discipline_.source(i)->placement.standing;
    // If no server is believed, none can be called a falseticker; report_disagreement() names all of them.
    if (after == Standing::kFalseticker && !is_server_believed_) continue;
    if (std::exchange(server.standing, after) == after) continue;
    const std::string why =
        fmt::format("{}: {}: {}", server.source(), describe(after).name, standing_text(i, now));
    if (after == Standing::kFalseticker || after == Standing::kLoop) {
      note(Event::kSourceDistrusted, why, action::Note::Level::kNotice);
    } else if (after == Standing::kUnreachable) {
      note(Event::kSourceLost, why);
    }
  }
}

bool Hub::was_synchronised(SourceKind by, MonoTime now) const {
  const ClockStanding standing = timekeeper_.standing(now);
  return standing.ever_set ? standing.kind <= by : was_running_;
}

}  // namespace isletime
