// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/discipline.hpp"

#include <algorithm>
#include <cmath>

namespace isletime {
namespace {

// If other servers see no step, a server needs more evidence for one.
constexpr int kEvidenceAmongOthers = 5;

// A source is erratic when it has had this many suspects more than good samples without enough agreement for
// a step.
constexpr int kErratic = 8;

// A clock setting that ends in this many zero bits may match that of another server that rounds alike.
constexpr std::uint64_t kUnrounded = 0xffff;

// A server that has left this many queries unanswered since the start, which takes a quarter of a minute, is
// no longer waited for. One that answers that it is unsynchronised is waited for up to four times as many
// queries, but after the first few only by a smaller number of servers that agree, because it may get its
// time from this very hub.
constexpr int kLostBeforeOthersDecide = 4;
constexpr int kUnsetBeforeOthersDecide = 16;

// No deviation counts as less, because a variance of zero would silence all other sources.
constexpr double kLeastVariance = 1e-24;

// Returns whether the clocks were set at the same instant, including the fraction, which no two servers share
// by chance.
bool were_set_together(const Discipline::Source& a, const Discipline::Source& b) {
  if (a.account.stratum != b.account.stratum || a.account.reference_id != b.account.reference_id)
    return false;
  return std::any_of(a.settings.begin(), a.settings.end(), [&](NtpTimestamp setting) {
    return (setting.raw() & kUnrounded) != 0 &&
           std::find(b.settings.begin(), b.settings.end(), setting) != b.settings.end();
  });
}

bool is_one_server(const Discipline::Source& a, const Discipline::Source& b) {
  return (a.machine != 0 && a.machine == b.machine) || were_set_together(a, b);
}

// Names whose offsets contradict each other count as several servers. Whoever runs a server or its name
// chooses the reference time that it states and the addresses that the name has, and could otherwise take the
// votes of other servers.
bool may_agree(const Candidate& a, const Candidate& b) {
  if (!a.has_samples || !b.has_samples) return true;
  const nanoseconds apart = magnitude(saturated_difference(a.offset.value, b.offset.value));
  return apart <= saturated_sum(a.bound.value, b.bound.value);
}

}  // namespace

std::optional<std::size_t> Discipline::add(const SourceConfig& config) {
  for (std::size_t i = 0; i < kMaxSources; ++i) {
    if (sources_[i]) continue;
    sources_[i].emplace(config, model_);
    if (seed_) sources_[i]->estimator.seed_frequency(*seed_);
    return i;
  }
  return std::nullopt;
}

Outcome Discipline::on_sample(std::size_t index, MonoTime now, const OffsetSample& sample,
                              const SourceAccount& account) {
  Source& source = *sources_[index];
  source.trouble = Trouble::kNone;
  source.reachable = true;
  source.polls.on_sample(now);
  return observe(source, sample, account);
}

Outcome Discipline::on_broadcast(std::size_t index, const OffsetSample& sample,
                                 const SourceAccount& account) {
  return observe(*sources_[index], sample, account);
}

Outcome Discipline::observe(Source& source, const OffsetSample& sample, const SourceAccount& account) {
  if (source.settings[source.newest_setting] != account.reference_time) {
    source.newest_setting = (source.newest_setting + 1) % source.settings.size();
    source.settings[source.newest_setting] = account.reference_time;
  }
  source.account = account;
  source.is_awaited = false;
  source.queries_lost = 0;
  const bool is_another = source.last_sample != sample.at;
  source.last_sample = sample.at;
  const Outcome outcome = source.estimator.add(sample, evidence_for_step(source));
  source.stated.reset();
  if (!sample.delay && outcome != Outcome::kSuspect) source.stated = sample;
  if (outcome == Outcome::kSuspect) {
    source.good_in_row = 0;
    ++source.more_suspects;
  } else {
    source.good_in_row += is_another ? 1 : 0;
    source.more_suspects = std::max(source.more_suspects - 1, 0);
  }
  if (outcome == Outcome::kStepped) source.more_suspects = 0;
  if (source.more_suspects >= kErratic) {
    source.estimator.forget_phase();
    source.more_suspects = 0;
    source.is_proven = false;
    source.is_erratic = true;
  }
  if (source.good_in_row >= source.config.first_samples) {
    source.is_proven = true;
    source.is_erratic = false;
  }
  return outcome;
}

// A step that more than half of the sources see is one of the local clock, so it needs no more evidence than
// usual.
int Discipline::evidence_for_step(const Source& source) const {
  std::size_t known = 0;
  std::size_t suspicious = 0;
  for (const auto& other : sources_) {
    if (!other || !other->last_sample) continue;
    ++known;
    if (&*other == &source || other->estimator.is_suspicious()) ++suspicious;
  }
  return suspicious * 2 > known ? StepDetector::kUsualEvidence : kEvidenceAmongOthers;
}

void Discipline::on_trouble(std::size_t index, Trouble trouble, bool reachable) {
  Source& source = *sources_[index];
  source.trouble = trouble;
  source.reachable = reachable;
  const bool is_unset = trouble == Trouble::kUnsynchronised;
  const bool is_new = !source.last_sample && (is_unset || trouble == Trouble::kNoReply);
  const int patience = is_unset ? kUnsetBeforeOthersDecide : kLostBeforeOthersDecide;
  if (!is_new || ++source.queries_lost >= patience) source.is_awaited = false;
  source.polls.on_loss();
}

nanoseconds Discipline::interval(std::size_t index, MonoTime mono, FreeTime now) const {
  const Source& source = *sources_[index];
  const bool is_curious = source.estimator.is_curious() || is_wanted_as_witness(source);
  const FreeTime last = source.last_sample.value_or(now);
  const nanoseconds interval = source.polls.interval(mono, is_curious, [&](nanoseconds wait) {
    return source.estimator.is_tolerable(last, wait, source.polls.tolerance());
  });
  // An erratic source is never polled faster than its shortest poll interval.
  return source.is_erratic ? std::max(interval, source.polls.shortest()) : interval;
}

// Another source has seen a step since this one was last heard, and this one can tell whether the server or
// the local clock stepped.
bool Discipline::is_wanted_as_witness(const Source& source) const {
  return std::any_of(sources_.begin(), sources_.end(), [&](const std::optional<Source>& other) {
    return other && other->estimator.is_suspicious() && other->last_sample > source.last_sample;
  });
}

std::optional<Discipline::Consensus> Discipline::select(FreeTime now, nanoseconds steered) {
  std::array<Candidate, kMaxSources> candidates{};
  std::array<std::size_t, kMaxSources> indices{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < kMaxSources; ++i) {
    if (!sources_[i]) continue;
    candidates[count] = candidate_of(*sources_[i], now, steered);
    indices[count++] = i;
  }
  number_servers({candidates.data(), count}, {indices.data(), count});
  const Selection selection = isletime::select({candidates.data(), count});
  for (std::size_t i = 0; i < count; ++i) sources_[indices[i]]->placement = selection.placements[i];
  if (!selection.combination) return std::nullopt;
  Combination combination = *selection.combination;
  combination.system_peer = indices[combination.system_peer];
  return consensus_of(combination, now, steered);
}

void Discipline::forget_phase() {
  for (auto& source : sources_) {
    if (!source) continue;
    source->estimator.forget_phase();
    source->stated.reset();
    source->more_suspects = 0;
    source->is_awaited = source->last_sample && source->reachable && !source->is_refused;
    source->polls.restart();
  }
}

void Discipline::on_leap_second(Offset by) {
  for (auto& source : sources_) {
    if (!source) continue;
    source->estimator.on_leap_second(by);
    source->stated.reset();
  }
}

Candidate Discipline::candidate_of(const Source& source, FreeTime now, nanoseconds steered) const {
  Candidate candidate;
  candidate.rank = source.config.rank;
  candidate.tier = source.config.tier;
  candidate.is_refused = source.is_refused;
  candidate.is_outvoted = source.placement.is_outvoted;
  candidate.reachable = source.reachable;
  candidate.synchronised = source.trouble != Trouble::kUnsynchronised;
  candidate.loop = source.trouble == Trouble::kLoop;
  candidate.stratum = source.account.stratum;
  candidate.was_selected = is_selected(source.placement.standing);
  candidate.was_system_peer = source.placement.standing == Standing::kSystemPeer;
  if (source.trouble == Trouble::kTooUncertain) candidate.bound = {nanoseconds::max()};
  const auto estimate = source.estimator.at(now);
  candidate.is_proven = source.is_proven;
  const bool has_a_vote = source.is_proven || !source.estimator.is_suspicious();
  if (source.trouble == Trouble::kTooUncertain || !estimate || !has_a_vote) return candidate;
  candidate.has_samples = true;
  candidate.offset = {saturated_difference(offset_of(*estimate).value, steered)};
  candidate.bound = {saturated_sum(error_bound(source, *estimate, now).value, root_distance(source.account))};
  candidate.deviation = {rounded(Seconds{std::sqrt(estimate->var_phase)})};
  return candidate;
}

// A source that states its own bound was within it when it was sampled, and only the clock's drift since then
// adds to that. The estimator's bound after one sample is about twice as large.
Dispersion Discipline::error_bound(const Source& source, const Estimate& estimate, FreeTime now) const {
  const Dispersion bound = source.estimator.error_bound(estimate);
  if (!source.stated) return bound;
  const Seconds since =
      magnitude(saturated_difference(now.time_since_epoch(), source.stated->at.time_since_epoch()));
  const nanoseconds then = saturated_sum(offset_of(estimate).value, rounded(since * estimate.frequency));
  const nanoseconds apart = magnitude(saturated_difference(then, source.stated->offset.value));
  double drift = source.estimator.frequency_bound(estimate);
  if (most_drift_ && seed_)
    drift = std::min(drift, *most_drift_ + std::abs(estimate.frequency - seed_->value));
  const nanoseconds by_stated =
      saturated_sum(saturated_sum(source.stated->dispersion.value, apart), rounded(since * drift));
  return {std::min(bound.value, by_stated)};
}

// Gives all sources of one server the number of the first of them.
void Discipline::number_servers(std::span<Candidate> candidates, std::span<const std::size_t> indices) {
  std::array<std::uint8_t, kMaxSources>& numbers = server_numbers_;
  numbers.fill(0);
  for (std::size_t a = 0; a < candidates.size(); ++a) {
    const std::size_t i = indices[a];
    numbers[i] = static_cast<std::uint8_t>(i + 1);
    for (std::size_t b = 0; b < a; ++b) {
      const std::size_t j = indices[b];
      if (numbers[i] == numbers[j] || !is_one_server(*sources_[i], *sources_[j])) continue;
      if (!may_agree(candidates[a], candidates[b])) continue;
      const auto [first, second] = std::minmax({numbers[i], numbers[j]});
      std::replace(numbers.begin(), numbers.end(), second, first);
    }
  }
  for (std::size_t a = 0; a < candidates.size(); ++a) candidates[a].server = numbers[indices[a]];
}

Discipline::Consensus Discipline::consensus_of(const Combination& combination, FreeTime now,
                                               nanoseconds steered) const {
  Consensus consensus{
      .bound = combination.bound,
      .clock_bound = {std::max(magnitude(combination.earliest.value), magnitude(combination.latest.value))},
      .system_peer = combination.system_peer};
  double phase_weight = 0.0;
  double frequency_weight = 0.0;
  double bound_of_selected = 0.0;
  for (const auto& source : sources_) {
    if (!source || !is_selected(source->placement.standing)) continue;
    const auto estimate = source->estimator.at(now);
    if (!estimate) continue;
    phase_weight += 1 / std::max(estimate->var_phase, kLeastVariance);
    const double weight = 1 / std::max(estimate->var_frequency, kLeastVariance);
    consensus.estimate.frequency += weight * estimate->frequency;
    frequency_weight += weight;
    bound_of_selected = std::max(bound_of_selected, source->estimator.frequency_bound(*estimate));
  }
  consensus.estimate.phase = -saturated(saturated_sum(combination.offset.value, steered));
  consensus.estimate.var_phase = 1 / phase_weight;
  consensus.estimate.frequency /= frequency_weight;
  consensus.estimate.var_frequency = 1 / frequency_weight;
  consensus.frequency_bound =
      std::max(bound_of_selected, bound_by_majority(consensus.estimate.frequency, now));
  const double doubt = (consensus.frequency_bound - bound_of_selected) / 2;
  consensus.estimate.var_frequency = std::max(consensus.estimate.var_frequency, doubt * doubt);
  count_others(consensus);
  consensus.leap = leap_by_majority();
  return consensus;
}

// Returns the frequency bound that covers more than half of the sources that agree, of which at least one is
// honest. The selected sources are not enough: a liar that claims the best time may be the only one.
double Discipline::bound_by_majority(double frequency, FreeTime now) const {
  std::array<double, kMaxSources> bounds{};
  std::size_t count = 0;
  for (const auto& source : sources_) {
    if (!source || !is_agreeing(source->placement.standing)) continue;
    const auto estimate = source->estimator.at(now);
    if (!estimate) continue;
    bounds[count++] =
        std::abs(estimate->frequency - frequency) + source->estimator.frequency_bound(*estimate);
  }
  if (count < 2) return 0.0;
  const auto nth = bounds.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(bounds.begin(), nth, bounds.begin() + static_cast<std::ptrdiff_t>(count));
  return *nth;
}

Leap Discipline::leap_by_majority() const {
  int agreeing = 0;
  int inserting = 0;
  int deleting = 0;
  for (const auto& source : sources_) {
    if (!source || !is_agreeing(source->placement.standing)) continue;
    ++agreeing;
    inserting += source->account.leap == Leap::kInsert ? 1 : 0;
    deleting += source->account.leap == Leap::kDelete ? 1 : 0;
  }
  if (inserting * 2 > agreeing) return Leap::kInsert;
  return deleting * 2 > agreeing ? Leap::kDelete : Leap::kNone;
}

void Discipline::count_others(Consensus& consensus) const {
  // A server counts once, whatever its names, and is heard if it is heard under one of them.
  struct Server {
    bool agrees = false;
    bool is_refused = false;
    bool is_awaited = false;
    bool is_awaited_for_long = false;
  };
  std::array<Server, kMaxSources> servers{};
  const std::uint8_t rank = sources_[consensus.system_peer]->config.rank;
  for (std::size_t i = 0; i < kMaxSources; ++i) {
    if (!sources_[i] || sources_[i]->config.rank > rank) continue;
    const Source& source = *sources_[i];
    Server& server = servers[server_numbers_[i] - 1U];
    server.agrees |= is_agreeing(source.placement.standing);
    server.is_refused |= source.placement.standing == Standing::kRefused && source.may_be_right;
    server.is_awaited |= source.is_awaited;
    server.is_awaited_for_long |= source.is_awaited && source.queries_lost >= kLostBeforeOthersDecide;
  }
  int agreeing = 0;
  int awaited = 0;
  int awaited_for_long = 0;
  int refused = 0;
  for (const Server& server : servers) {
    agreeing += server.agrees ? 1 : 0;
    refused += server.is_refused ? 1 : 0;
    awaited += server.is_awaited && !server.agrees ? 1 : 0;
    awaited_for_long += server.is_awaited_for_long && !server.agrees ? 1 : 0;
  }
  consensus.is_premature = agreeing <= awaited - awaited_for_long || agreeing < awaited;
  consensus.is_outvoted = agreeing < refused;
}

}  // namespace isletime
