// SPDX-License-Identifier: MIT
// The servers that the hub asks: which addresses, how often, and what it makes of their replies.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libsync/hub/fractions.hpp"
#include "libsync/hub/hub.hpp"

namespace isletime {
namespace {

SourceAccount account_of(const Header& server) {
  return {server.leap,
          server.stratum,
          server.reference_id,
          Delay{server.root_delay.to_nanoseconds()},
          Dispersion{server.root_dispersion.to_nanoseconds()},
          server.reference};
}

}  // namespace

std::size_t Hub::ask(const ServerPlan& plan, Instant now) {
  const std::size_t number = names_.add(plan, now.mono);
  if (plan.literal) add_server(number, *plan.literal, now);
  return number;
}

void Hub::add_server(std::size_t plan, const ServerAddress& address, Instant now) {
  const bool is_private_address = is_private(address.endpoint.address);
  discipline_.seed_frequency(frequency_for(address.source, now.mono));
  const auto index =
      discipline_.add({.rank = default_rule(SourceKind::kNtp).rank,
                       .tier = names_.plan(plan).tier,
                       .first_samples = kFirstSamples,
                       .poll = names_.plan(plan).poll,
                       .owner = is_private_address ? ServerOwner::kOurselves : ServerOwner::kStranger});
  if (!index) {
    note(Event::kFault,
         fmt::format("{}: not asked: there are {} sources already", address.source, Discipline::kMaxSources),
         action::Note::Level::kError);
    return;
  }
  if (!consensus_) discipline_.await(*index);
  servers_[*index] = AskedServer{.address = address, .plan = plan};
  actions_.emplace_back(action::Ask{*index});
}

void Hub::remove_server(std::size_t index) {
  discipline_.remove(index);
  servers_[index].reset();
  actions_.emplace_back(action::StopAsking{index});
}

void Hub::look_up_names(MonoTime now) {
  for (const std::size_t plan : names_.take_due(servers_, now)) actions_.emplace_back(action::LookUp{plan});
}

void Hub::on_addresses(std::size_t plan, const std::vector<ServerAddress>& addresses, Instant now) {
  for (const ServerNames::Change& change : names_.on_addresses(plan, addresses, servers_, now.mono)) {
    if (change.stop) remove_server(*change.stop);
    if (change.start) add_server(plan, *change.start, now);
  }
  has_changed_ = true;
}

void Hub::on_no_address(std::size_t plan, const std::string& why) {
  names_.on_failure(plan, why);
  has_changed_ = true;
}

nanoseconds Hub::interval(std::size_t index, Instant now) const {
  return discipline_.interval(index, now.mono, free_time(now));
}

const HubClock& Hub::clock_of(std::size_t index, const Measurement& measurement) const {
  const auto& then = servers_[index]->clock_then;
  return measurement.is_interleaved && then ? *then : clock();
}

bool Hub::is_on_local_clock(const AskedServer& server) {
  return server.last &&
         isletime::is_local_clock(server.last->server.stratum, server.last->server.reference_id);
}

bool Hub::contradicts_clock(const Measurement& m, const OffsetSample& sample, Instant now) const {
  const nanoseconds away = saturated_difference(sample.offset.value, steered(now));
  const nanoseconds bound = saturated_sum(error_bound(m), root_distance(m.server));
  return magnitude(away) > saturated_sum(bound, timekeeper_.standing(now.mono).bound.value);
}

std::optional<Trouble> Hub::trouble_of(const AskedServer& server, const Measurement& m,
                                       const OffsetSample& sample, Instant now) const {
  const bool is_other = server.source() != followed_;
  // RFC 5905, section 7.2: we would be at stratum 16, which means unsynchronised.
  if (m.server.stratum >= kMaxStratum) return Trouble::kUnsynchronised;
  if (is_other &&
      reference_.is_derived(m.server.stratum, m.server.reference, contradicts_clock(m, sample, now)))
    return Trouble::kLoop;
  if (!config_.serves || m.server.stratum < 2) return std::nullopt;
  const bool is_loop = std::any_of(own_addresses_.begin(), own_addresses_.end(), [&](const OwnAddress& own) {
    return !own.is_loopback && own.reference_id == m.server.reference_id;
  });
  return is_loop ? std::optional{Trouble::kLoop} : std::nullopt;
}

bool Hub::on_measurement(std::size_t index, const Measurement& m, bool came_to_us, Instant now) {
  AskedServer& server = *servers_[index];
  const HubClock clock_at_departure = clock_of(index, m);
  server.clock_then = clock();
  server.stopped_until.reset();
  server.asks_for_fewer = false;
  server.is_at_last_stratum = m.server.stratum >= kMaxStratum;
  const OffsetSample sample = clock_at_departure.sample_of(m);
  const auto trouble = came_to_us ? Trouble::kLoop : trouble_of(server, m, sample, now);
  bool is_news = false;
  if (trouble) {
    ++server.losses;
    discipline_.on_trouble(index, *trouble, true);
  } else {
    // An interleaved server's exchange may be measured twice: first with the timestamp in the reply, then
    // with the more accurate one that follows.
    if (!server.last || server.last->time != m.time) ++server.samples;
    server.losses = 0;
    server.last = m;
    const SourceKind kind = is_on_local_clock(server) ? SourceKind::kIsland : SourceKind::kNtp;
    discipline_.set_rank(index, default_rule(kind).rank);
    const Outcome outcome = discipline_.on_sample(index, now.mono, sample, account_of(m.server));
    is_news = outcome != Outcome::kSuspect && outcome != Outcome::kOutOfOrder;
  }
  hear_server(is_news, now);
  return !trouble;
}

void Hub::on_no_reply(std::size_t index, const NoReply& why, Instant now) {
  ++servers_[index]->losses;
  servers_[index]->stopped_until = why.stopped_until;
  servers_[index]->asks_for_fewer = why.asks_for_fewer;
  servers_[index]->is_at_last_stratum = false;
  discipline_.on_trouble(index, why.trouble, why.is_reachable);
  hear_server(false, now);
}

void Hub::on_broadcast(std::size_t index, const Measurement& m, Instant now) {
  AskedServer& server = *servers_[index];
  // A broadcast travels one way only, and its delay was measured by an earlier exchange, so a slew has not
  // changed it.
  OffsetSample sample = clock().sample_of(m.time, m.offset, m.dispersion);
  sample.delay = m.delay;
  if (trouble_of(server, m, sample, now)) return;  // the server's replies to queries report it
  server.last = m;
  const Outcome outcome = discipline_.on_broadcast(index, sample, account_of(m.server));
  hear_server(outcome != Outcome::kSuspect && outcome != Outcome::kOutOfOrder, now);
}

std::optional<Hub::Gain> Hub::gain(std::size_t index, Instant now) const {
  const auto estimate = discipline_.source(index)->estimator.at(free_time(now));
  if (!estimate) return std::nullopt;
  const Ppm bound = to_ppm(4 * std::sqrt(estimate->var_frequency) + kChangeOfFrequency);
  return Gain{estimate->frequency, std::min(bound, kFrequencyTolerance)};
}

}  // namespace isletime
