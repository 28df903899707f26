// SPDX-License-Identifier: MIT
#include "libsync/hub/server_names.hpp"

#include <algorithm>

namespace isletime {
namespace {

// The pause between lookups of a name. Internet access may come up later than the hub, and one lookup a
// minute does not burden a resolver.
constexpr nanoseconds kFirstPatience = seconds{2};
constexpr nanoseconds kMostPatience = seconds{64};

// The number of consecutive losses after which another address is tried: the eight of RFC 5905, section 13,
// or fewer if the server never answered.
constexpr int kDeadAfter = 8;
constexpr int kNeverThereAfter = 4;

bool is_dead(const AskedServer& server) {
  return server.address.is_ourselves || server.stopped_until ||
         server.losses >= (server.samples > 0 ? kDeadAfter : kNeverThereAfter);
}

}  // namespace

std::size_t ServerNames::add(const ServerPlan& plan, MonoTime now) {
  names_.push_back({.plan = plan, .next_lookup = now, .patience = kFirstPatience});
  return names_.size() - 1;
}

std::vector<ServerNames::Asked> ServerNames::asked_of(Servers servers) {
  std::vector<Asked> asked;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (!servers[i]) continue;
    const AskedServer& server = *servers[i];
    asked.push_back({server.plan, i, server.address.endpoint, is_dead(server), server.stopped_until});
  }
  return asked;
}

std::size_t ServerNames::missing(std::size_t plan, std::span<const Asked> asked) const {
  const ServerPlan& wanted = names_[plan].plan;
  if (wanted.literal) return 0;
  const auto alive = static_cast<std::size_t>(std::count_if(
      asked.begin(), asked.end(), [&](const Asked& a) { return a.plan == plan && !a.is_dead; }));
  return wanted.wanted - std::min(wanted.wanted, alive);
}

std::vector<std::size_t> ServerNames::take_due(Servers servers, MonoTime now) {
  const std::vector<Asked> asked = asked_of(servers);
  std::vector<std::size_t> due;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    Name& name = names_[i];
    if (now < name.next_lookup || missing(i, asked) == 0) continue;
    due.push_back(i);
    name.next_lookup = now + name.patience;
    name.patience = std::min(name.patience * 2, kMostPatience);
  }
  return due;
}

std::optional<MonoTime> ServerNames::next_lookup(Servers servers) const {
  const std::vector<Asked> asked = asked_of(servers);
  std::optional<MonoTime> next;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const MonoTime lookup = names_[i].next_lookup;
    if (missing(i, asked) > 0) next = std::min(next.value_or(lookup), lookup);
  }
  return next;
}

std::vector<ServerNames::Change> ServerNames::on_addresses(std::size_t plan,
                                                           const std::vector<ServerAddress>& addresses,
                                                           Servers servers, MonoTime now) {
  Name& name = names_[plan];
  name.trouble.clear();
  std::erase_if(stopped_, [&](const Stopped& s) { return now >= s.until; });
  std::vector<Asked> asked = asked_of(servers);
  std::vector<Change> changes = use(plan, addresses, asked);
  if (missing(plan, asked) == 0) name.patience = kFirstPatience;
  name.next_lookup = now + name.patience;
  return changes;
}

void ServerNames::on_failure(std::size_t plan, const std::string& why) {
  names_[plan].trouble = why;
}

// If two servers of a name have both told us to stop, they must not be asked in turns.
bool ServerNames::may_be_asked(const Endpoint& endpoint, const Name& name,
                               std::span<const Asked> asked) const {
  const auto is_it = [&](const auto& other) { return other.endpoint == endpoint; };
  return std::find(name.given_up.begin(), name.given_up.end(), endpoint) == name.given_up.end() &&
         std::none_of(asked.begin(), asked.end(), is_it) &&
         std::none_of(stopped_.begin(), stopped_.end(), is_it);
}

// Addresses that were given up are tried again only if the name has no other.
std::vector<ServerNames::Change> ServerNames::use(std::size_t plan,
                                                  const std::vector<ServerAddress>& addresses,
                                                  std::vector<Asked>& asked) {
  Name& name = names_[plan];
  std::vector<Change> changes;
  for (const ServerAddress& address : addresses) {
    if (missing(plan, asked) == 0 || !may_be_asked(address.endpoint, name, asked)) continue;
    const auto is_its = [&](const Asked& a) { return a.plan == plan; };
    const auto taken = static_cast<std::size_t>(std::count_if(asked.begin(), asked.end(), is_its));
    std::optional<std::size_t> stop;
    if (taken >= name.plan.wanted) {
      const auto dead = std::find_if(asked.begin(), asked.end(),
                                     [&](const Asked& a) { return is_its(a) && a.is_dead && a.index; });
      if (dead == asked.end()) return changes;
      name.given_up.push_back(dead->endpoint);
      if (dead->stopped_until) stopped_.push_back({dead->endpoint, *dead->stopped_until});
      stop = dead->index;
      asked.erase(dead);
    }
    asked.push_back({plan, std::nullopt, address.endpoint, address.is_ourselves, std::nullopt});
    changes.push_back({stop, address});
  }
  if (changes.empty()) name.given_up.clear();
  return changes;
}

std::vector<ServerNames::Unresolved> ServerNames::unresolved(Servers servers) const {
  std::vector<Unresolved> unresolved;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const bool is_asked = std::any_of(servers.begin(), servers.end(),
                                      [&](const auto& server) { return server && server->plan == i; });
    if (!is_asked) unresolved.push_back({names_[i].plan.text, names_[i].trouble});
  }
  return unresolved;
}

}  // namespace isletime
