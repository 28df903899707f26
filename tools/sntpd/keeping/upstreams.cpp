// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/upstreams.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libsync/posix/address_reference_id.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/random.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/common/build_time.hpp"
#include "tools/sntpd/keeping/clock_reading.hpp"

namespace isletime::sntpd {
namespace {

// The pause between lookups of a name. Internet access may come up later than sntpd, and one lookup a minute
// does not burden a resolver.
constexpr nanoseconds kFirstPatience = seconds{2};
constexpr nanoseconds kMostPatience = seconds{64};

// The number of consecutive losses after which another address is tried: the eight of RFC 5905, section 13,
// or fewer if the server never answered.
constexpr int kDeadAfter = 8;
constexpr int kNeverThereAfter = 4;

constexpr std::uint16_t kNtpPort = 123;

}  // namespace

std::string source_of(const Endpoint& server) {
  return "ntp:" + (server.port == kNtpPort ? address_text(server) : to_string(server));
}

Upstreams::Upstreams(Config config, Hub& hub, const Log& log)
    : config_(std::move(config)), hub_(hub), log_(log), resolver_(config_.lookup) {
  for (const ServerOption& server : config_.servers) plan(server, 1);
  for (const ServerOption& pool : config_.pools) plan(pool, kPoolSize);
}

void Upstreams::plan(const ServerOption& server, std::size_t wanted) {
  const auto literal = parse_address(server.host.name);
  plans_.push_back({.server = server,
                    .wanted = wanted,
                    .has_name = !literal.has_value(),
                    .next_lookup = mono_now(),
                    .patience = kFirstPatience});
  if (!literal) return;
  Endpoint address = *literal;
  address.port = server.host.port;
  start(plans_.size() - 1, address);
}

void Upstreams::start(std::size_t plan, const Endpoint& address) {
  const ServerOption& server = plans_[plan].server;
  const PollLimits limits{static_cast<std::int8_t>(server.minpoll.value_or(config_.poll.min)),
                          static_cast<std::int8_t>(server.maxpoll.value_or(config_.poll.max))};
  const std::string source = source_of(address);
  const Key* key = server.key ? config_.keys.find(*server.key) : nullptr;
  const auto owner = is_private(address.address) ? ServerOwner::kOurselves : ServerOwner::kStranger;
  const bool is_ourselves = config_.is_ourselves(address);
  const auto index = hub_.add_server({.source = source,
                                      .reference_id = reference_id_of(address.address),
                                      .tier = server.tier,
                                      .poll = limits,
                                      .owner = owner,
                                      .is_ourselves = is_ourselves},
                                     instant_now());
  if (!index) {
    log_.error(fmt::format("{}: not asked: there are {} sources already", source, Discipline::kMaxSources));
    return;
  }
  ClientConfig config;
  config.server = address;
  config.version = server.version;
  config.precision = config_.precision;
  config.longest_interval = nanoseconds::zero();  // PollChoice backs off
  config.longest_after_rate =
      std::max(config.longest_after_rate, nanoseconds{seconds{std::int64_t{1} << limits.max}});
  config.interleaved = server.interleaved;
  config.era_pivot = build_time();
  associations_.push_back(std::make_unique<Association>(
      Association{source, server.host.text, plan, *index, Upstream{config, key}, is_ourselves}));
  if (server.takes_broadcasts && key != nullptr) {
    associations_.back()->listener.emplace(
        BroadcastClient::Config{.server = address, .precision = config_.precision}, *key);
  }
}

void Upstreams::append_polled(std::vector<pollfd>& polled) const {
  for (const auto& association : associations_) polled.push_back(association->upstream.poll_entry());
  polled.push_back({resolver_.descriptor(), POLLIN, 0});
}

void Upstreams::step(std::span<const pollfd> polled, MonoTime now,
                     const std::function<void(Happening)>& handle) {
  const std::size_t of_associations = polled.empty() ? 0 : polled.size() - 1;
  for (std::size_t i = 0; i < associations_.size(); ++i) {
    Association& association = *associations_[i];
    if (association.is_ourselves) continue;
    const short revents = i < of_associations ? polled[i].revents : short{0};
    auto outcome = revents != 0 ? association.upstream.read(revents, now) : std::nullopt;
    if (outcome) handle({association, *std::move(outcome)});
    outcome = association.upstream.ask(now, random_u64(), &config_.own_queries);
    if (outcome) handle({association, *std::move(outcome)});
  }
  if (!polled.empty() && polled.back().revents != 0) take_answers(now);
  look_up(now);
}

std::optional<MonoTime> Upstreams::next_wakeup() const {
  std::optional<MonoTime> next;
  const auto consider = [&](MonoTime time) { next = next ? std::min(*next, time) : time; };
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    if (missing(i) > 0) consider(plans_[i].next_lookup);
  }
  for (const auto& association : associations_) {
    if (!association->is_ourselves) consider(association->upstream.next_wakeup());
  }
  return next;
}

bool Upstreams::is_asked(const Endpoint& address) const {
  return std::any_of(associations_.begin(), associations_.end(),
                     [&](const auto& a) { return a->upstream.server() == address; });
}

bool Upstreams::is_dead(const Association& association) const {
  const Hub::Server& server = *hub_.server(association.index);
  return association.is_ourselves || association.upstream.is_stopped() ||
         server.losses >= (server.samples > 0 ? kDeadAfter : kNeverThereAfter);
}

std::size_t Upstreams::missing(std::size_t plan) const {
  if (!plans_[plan].has_name) return 0;
  const auto lives = [&](const auto& a) { return a->plan == plan && !is_dead(*a); };
  const auto alive =
      static_cast<std::size_t>(std::count_if(associations_.begin(), associations_.end(), lives));
  return plans_[plan].wanted - std::min(plans_[plan].wanted, alive);
}

void Upstreams::look_up(MonoTime now) {
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    Plan& plan = plans_[i];
    if (missing(i) == 0 || now < plan.next_lookup) continue;
    const auto failure = resolver_.ask(plan.server.host.name, plan.server.host.port);
    if (failure) plan.trouble = *failure;
    // The failure is the same for every name, so it is reported once.
    if (failure && !std::exchange(cannot_look_up_, true)) {
      log_.error(fmt::format("{}: cannot be resolved for now: {}", plan.server.host.text, *failure));
    }
    if (!failure) cannot_look_up_ = false;
    plan.next_lookup = now + plan.patience;
    plan.patience = std::min(plan.patience * 2, kMostPatience);
  }
}

void Upstreams::take_answers(MonoTime now) {
  for (const Resolver::Answer& answer : resolver_.take_answers()) {
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      Plan& plan = plans_[i];
      if (!plan.has_name || plan.server.host.name != answer.name) continue;
      if (!answer.addresses) {
        plan.trouble = answer.addresses.error();
        log_.detail(fmt::format("{}: cannot be resolved: {}", plan.server.host.text, plan.trouble));
        continue;
      }
      plan.trouble.clear();
      use(i, *answer.addresses, now);
      if (missing(i) == 0) plan.patience = kFirstPatience;
      plan.next_lookup = now + plan.patience;
    }
  }
}

// If two servers of a name have both told us to stop, they must not be asked in turns.
bool Upstreams::may_be_asked(const Endpoint& address, MonoTime now) const {
  return std::none_of(stopped_.begin(), stopped_.end(),
                      [&](const Stopped& s) { return s.server == address && now < s.until; });
}

// Addresses that were given up are tried again only if the name has no other.
void Upstreams::use(std::size_t index, const std::vector<Endpoint>& addresses, MonoTime now) {
  Plan& plan = plans_[index];
  bool found = false;
  std::erase_if(stopped_, [&](const Stopped& s) { return now >= s.until; });
  for (Endpoint address : addresses) {
    address.port = plan.server.host.port;
    const auto& given_up = plan.given_up;
    const bool is_tried = std::find(given_up.begin(), given_up.end(), address) != given_up.end();
    if (missing(index) == 0 || is_tried || is_asked(address) || !may_be_asked(address, now)) continue;
    const auto taken = static_cast<std::size_t>(std::count_if(
        associations_.begin(), associations_.end(), [&](const auto& a) { return a->plan == index; }));
    if (taken >= plan.wanted && !give_up_dead(index)) return;
    log_.detail(fmt::format("{}: is {}", plan.server.host.text, to_string(address)));
    start(index, address);
    found = true;
  }
  if (!found) plan.given_up.clear();
}

bool Upstreams::give_up_dead(std::size_t plan) {
  const auto dead = std::find_if(associations_.begin(), associations_.end(),
                                 [&](const auto& a) { return a->plan == plan && is_dead(*a); });
  if (dead == associations_.end()) return false;
  log_.detail(fmt::format("{}: {} is given up", plans_[plan].server.host.text, (*dead)->source));
  const Upstream& upstream = (*dead)->upstream;
  plans_[plan].given_up.push_back(upstream.server());
  if (const auto until = upstream.stopped_until()) stopped_.push_back({upstream.server(), *until});
  hub_.remove_server((*dead)->index);
  associations_.erase(dead);
  return true;
}

std::vector<Unresolved> Upstreams::unresolved() const {
  std::vector<Unresolved> names;
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    const auto is_its = [&](const auto& a) { return a->plan == i; };
    if (std::none_of(associations_.begin(), associations_.end(), is_its)) {
      names.push_back({plans_[i].server.host.text, plans_[i].trouble});
    }
  }
  return names;
}

}  // namespace isletime::sntpd
