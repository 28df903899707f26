// SPDX-License-Identifier: MIT
// The servers of this machine's hub: naming them, asking them, and reporting their replies.
#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/address_reference_id.hpp"
#include "libsync/posix/interfaces.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/common/build_time.hpp"
#include "tools/sntpd/keeping/clock_reading.hpp"
#include "tools/sntpd/keeping/hub_host.hpp"

namespace isletime::sntpd {
namespace {

constexpr std::size_t kPoolSize = 4;

// Returns the server's name as a source: "ntp:192.0.2.7".
std::string source_of(const Endpoint& server) {
  return "ntp:" + (server.port == kNtpPort ? address_text(server) : to_string(server));
}

// Returns what a query without a usable reply says about the server.
Trouble trouble_of(const Lost& lost) {
  if (!lost.reject) return Trouble::kNoReply;
  const Reject reject = *lost.reject;
  if (reject == Reject::kLoop) return Trouble::kLoop;
  if (reject == Reject::kRootDistance) return Trouble::kTooUncertain;
  const bool is_unset =
      reject == Reject::kUnsynchronised || reject == Reject::kStratumZero || reject == Reject::kBadStratum;
  return is_unset ? Trouble::kUnsynchronised : Trouble::kNoReply;
}

}  // namespace

// The plans are numbered in this order: the servers first, then the pools.
void HubHost::ask_servers() {
  if (options_.servers.empty() && options_.pools.empty()) return;
  take_clock();
  for (const ServerOption& server : options_.servers) hub_.ask(plan_of(server, 1), instant_now());
  for (const ServerOption& pool : options_.pools) hub_.ask(plan_of(pool, kPoolSize), instant_now());
  execute();
}

const ServerOption& HubHost::option_of(std::size_t plan) const {
  const std::size_t servers = options_.servers.size();
  return plan < servers ? options_.servers[plan] : options_.pools[plan - servers];
}

ServerPlan HubHost::plan_of(const ServerOption& option, std::size_t wanted) const {
  ServerPlan plan{.text = option.host.text,
                  .wanted = wanted,
                  .tier = option.tier,
                  .poll = {static_cast<std::int8_t>(option.minpoll.value_or(options_.minpoll)),
                           static_cast<std::int8_t>(option.maxpoll.value_or(options_.maxpoll))}};
  if (const auto literal = parse_address(option.host.name))
    plan.literal = address_of({literal->address, option.host.port, literal->scope});
  return plan;
}

ServerAddress HubHost::address_of(const Endpoint& endpoint) const {
  return {.endpoint = endpoint,
          .source = source_of(endpoint),
          .reference_id = reference_id_of(endpoint.address),
          .is_ourselves = is_ourselves(endpoint)};
}

bool HubHost::is_ourselves(const Endpoint& endpoint) const {
  const auto is_its = [&](const auto& own) { return own.address == endpoint.address; };
  if (options_.port == 0 || endpoint.port != options_.port) return false;
  if (!options_.bind.empty()) return std::any_of(options_.bind.begin(), options_.bind.end(), is_its);
  const auto own = interface_addresses();
  return endpoint.address.is_loopback() || std::any_of(own.begin(), own.end(), is_its);
}

void HubHost::perform(const action::LookUp& order) {
  if (const auto failure = upstreams_.look_up(option_of(order.plan).host))
    hub_.on_no_address(order.plan, *failure);
}

void HubHost::perform(const action::Ask& order) {
  const AskedServer& server = *hub_.server(order.index);
  const ServerPlan& plan = hub_.plan(server.plan);
  if (!plan.literal) log_.detail(fmt::format("{}: is {}", plan.text, to_string(server.address.endpoint)));
  if (server.address.is_ourselves) return;
  ClientConfig config;
  config.server = server.address.endpoint;
  config.precision = precision_;
  config.longest_interval = nanoseconds::zero();  // the hub backs off
  config.longest_after_rate =
      std::max(config.longest_after_rate, nanoseconds{seconds{std::int64_t{1} << plan.poll.max}});
  config.era_pivot = build_time();
  upstreams_.start(order.index, server.source(), config, option_of(server.plan));
}

void HubHost::perform(const action::StopAsking& order) {
  if (const Association* association = upstreams_.find(order.index))
    log_.detail(fmt::format("{}: is not asked any more", association->source));
  upstreams_.stop(order.index);
}

void HubHost::handle(const Upstreams::Happening& happening) {
  Association& association = happening.association;
  const auto* m = std::get_if<Measurement>(&happening.outcome);
  // This check follows the reading of the reply, because a step may lie between its timestamps.
  if (notice() && m != nullptr) {
    hub_.forgive_losses(association.index);
    log_.detail(fmt::format("{}: not measured: the clock was set meanwhile", association.source));
    return;
  }
  const Instant now = instant_now();
  if (m != nullptr) {
    take_measurement(association, *m, now);
  } else {
    take_loss(association, std::get<Lost>(happening.outcome), now);
  }
  execute();
  // One server's reply may shorten the poll intervals of the others.
  set_intervals();
}

void HubHost::take_measurement(Association& association, const Measurement& m, Instant now) {
  // Only a server of stratum 2 or more states the address of its own reference.
  if (m.server.stratum >= 2) tell_own_addresses();
  const HubClock clock = hub_.clock_of(association.index, m);
  if (!hub_.on_measurement(association.index, m, own_queries_.came_to_us(association.upstream.query()), now))
    return;
  association.last_error.clear();
  if (association.listener) association.listener->on_exchange(m, clock.books(m.time));
  if (!log_.shows_details()) return;
  log_.detail(fmt::format("{}: offset {:+.9f} s, delay {:.9f} s{}", association.source,
                          Seconds{m.offset.value}.count(), Seconds{m.delay.value}.count(),
                          m.is_interleaved ? ", interleaved" : ""));
}

void HubHost::take_loss(Association& association, const Lost& lost, Instant now) {
  association.last_error = lost.why;
  log_.detail(fmt::format("{}: {}", association.source, lost.why));
  const Trouble trouble = trouble_of(lost);
  const Upstream& upstream = association.upstream;
  hub_.on_no_reply(association.index,
                   {.trouble = trouble,
                    .is_reachable = trouble != Trouble::kNoReply || upstream.reach().is_reachable(),
                    .stopped_until = upstream.stopped_until(),
                    .asks_for_fewer = lost.reject == Reject::kKissRate},
                   now);
}

// Several servers may have the same name, with other ports.
void HubHost::take_addresses(const Resolver::Resolved& resolved) {
  for (std::size_t plan = 0; plan < options_.servers.size() + options_.pools.size(); ++plan) {
    const Host& host = option_of(plan).host;
    if (hub_.plan(plan).literal || host.name != resolved.name) continue;
    if (!resolved.addresses) {
      log_.detail(fmt::format("{}: cannot be resolved: {}", host.text, resolved.addresses.error()));
      hub_.on_no_address(plan, resolved.addresses.error());
      continue;
    }
    std::vector<ServerAddress> addresses;
    for (const Endpoint& endpoint : *resolved.addresses)
      addresses.push_back(address_of({endpoint.address, host.port, endpoint.scope}));
    hub_.on_addresses(plan, addresses, instant_now());
    execute();
  }
}

void HubHost::set_intervals() {
  const Instant now = instant_now();
  for (const auto& association : upstreams_.associations())
    association->upstream.set_interval(hub_.interval(association->index, now));
}

// A name may resolve to new addresses.
void HubHost::listen() {
  if (!receiver_) return;
  std::vector<Endpoint> servers;
  for (const auto& association : upstreams_.associations()) {
    if (association->listener) servers.push_back(association->upstream.server());
  }
  receiver_->follow(std::move(servers));
}

// The same server may be configured under two names.
void HubHost::hear(const HeardDatagram& heard) {
  for (const auto& association : upstreams_.associations()) {
    if (association->listener && association->upstream.server() == heard.from) hear_from(*association, heard);
  }
}

void HubHost::hear_from(Association& association, const HeardDatagram& heard) {
  if (notice()) return;
  BroadcastListener& listener = *association.listener;
  const bool was_good = listener.refusal().empty();
  const Instant now = instant_now();
  SinceExchange since;
  if (const auto gain = hub_.gain(association.index, now)) {
    since = {.moved = listener.moved(heard.received, hub_.clock().books(heard.received), gain->value),
             .rate = gain->bound};
  }
  const auto m = listener.take(heard, since);
  if (!m) {
    if (was_good)
      log_.detail(fmt::format("{}: a broadcast is refused: {}", association.source, listener.refusal()));
    return;
  }
  tell_own_addresses();
  hub_.on_broadcast(association.index, *m, now);
  log_.detail(
      fmt::format("{}: broadcast, offset {:+.9f} s", association.source, Seconds{m->offset.value}.count()));
  execute();
}

bool HubHost::take_addresses_changed() {
  if (interface_watch_) return interface_watch_->take_changed();
  if (auto watch = InterfaceWatch::open()) interface_watch_ = *std::move(watch);
  return true;
}

// Loopback addresses are added here because the loopback interface may be down.
void HubHost::tell_own_addresses() {
  if (options_.port == 0 || !take_addresses_changed()) return;
  std::vector<Hub::OwnAddress> own;
  const auto add = [&](IpAddress address) {
    own.push_back({.reference_id = reference_id_of(address),
                   .is_loopback = address.is_loopback(),
                   .source = source_of({.address = address, .port = options_.port}),
                   .address = "ntp:" + address_text({address, 0, 0})});
  };
  add(IpAddress::v4(0x7f00'0001));
  add({0, 1});
  for (const InterfaceAddress& a : interface_addresses()) add(a.address);
  hub_.set_own_addresses(std::move(own));
}

}  // namespace isletime::sntpd
