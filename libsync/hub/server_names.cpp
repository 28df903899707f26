// SPDX-License-Identifier: MIT
#include "libsync/hub/server_names.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

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
  if (plan.literal) names_.back().addresses.push_back(plan.literal->endpoint);
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
  name.addresses.clear();
  for (const ServerAddress& address : addresses) name.addresses.push_back(address.endpoint);
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

// Two servers of a name that have both told us to stop must not be asked in turns.
bool ServerNames::may_be_asked(const Endpoint& endpoint, std::size_t plan,
                               std::span<const Asked> asked) const {
  const std::vector<Endpoint>& given_up = names_[plan].given_up;
  const Asked wanted{plan, std::nullopt, endpoint, false, std::nullopt};
  const auto is_it = [&](const auto& other) { return other.endpoint == endpoint; };
  const auto may_be_it = [&](const Asked& other) { return may_be_other_family(wanted, other); };
  return std::find(given_up.begin(), given_up.end(), endpoint) == given_up.end() &&
         std::none_of(asked.begin(), asked.end(), is_it) &&
         std::none_of(stopped_.begin(), stopped_.end(), is_it) &&
         std::none_of(asked.begin(), asked.end(), may_be_it);
}

// A pool begins with the family of which it has more.
std::vector<ServerAddress> ServerNames::in_order(std::size_t plan,
                                                 const std::vector<ServerAddress>& addresses,
                                                 std::span<const Asked> asked) const {
  std::vector<ServerAddress> ordered;
  std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(ordered),
               [&](const ServerAddress& a) { return may_be_asked(a.endpoint, plan, asked); });
  if (!names_[plan].plan.is_pool() || ordered.empty()) return ordered;
  const bool is_first_v4 = ordered.front().endpoint.address.is_v4();
  const auto is_of_first = [&](const ServerAddress& a) { return a.endpoint.address.is_v4() == is_first_v4; };
  const auto of_first = static_cast<std::size_t>(std::count_if(ordered.begin(), ordered.end(), is_of_first));
  const bool are_others_more = of_first < ordered.size() - of_first;
  std::stable_partition(ordered.begin(), ordered.end(),
                        [&](const ServerAddress& a) { return is_of_first(a) != are_others_more; });
  return ordered;
}

ServerNames::Change ServerNames::give_up(std::vector<Asked>::iterator dead, std::vector<Asked>& asked) {
  names_[dead->plan].given_up.push_back(dead->endpoint);
  if (dead->stopped_until) stopped_.push_back({dead->endpoint, *dead->stopped_until});
  Change change{dead->index, std::nullopt};
  asked.erase(dead);
  return change;
}

// Addresses that were given up are tried again only if the name has no other.
std::vector<ServerNames::Change> ServerNames::use(std::size_t plan,
                                                  const std::vector<ServerAddress>& addresses,
                                                  std::vector<Asked>& asked) {
  Name& name = names_[plan];
  std::vector<Change> changes;
  const auto is_its = [&](const Asked& a) { return a.plan == plan; };
  for (const ServerAddress& address : in_order(plan, addresses, asked)) {
    if (missing(plan, asked) == 0 || !may_be_asked(address.endpoint, plan, asked)) continue;
    const auto taken = static_cast<std::size_t>(std::count_if(asked.begin(), asked.end(), is_its));
    Change change{};
    if (taken >= name.plan.wanted) {
      const auto dead = std::find_if(asked.begin(), asked.end(),
                                     [&](const Asked& a) { return is_its(a) && a.is_dead && a.index; });
      if (dead == asked.end()) return changes;
      change = give_up(dead, asked);
    }
    change.start = address;
    asked.push_back({plan, std::nullopt, address.endpoint, address.is_ourselves, std::nullopt});
    changes.push_back(change);
    // Dead addresses of the other family may answer again, and one server would then be asked twice.
    const auto is_replaced = [&](const Asked& a) {
      return is_its(a) && a.is_dead && a.index && name.plan.is_pool() &&
             a.endpoint.address.is_v4() != address.endpoint.address.is_v4();
    };
    for (auto dead = asked.begin();
         (dead = std::find_if(asked.begin(), asked.end(), is_replaced)) != asked.end();)
      changes.push_back(give_up(dead, asked));
  }
  if (changes.empty()) name.given_up.clear();
  return changes;
}

bool ServerNames::has(std::size_t plan, const Asked& asked) const {
  const std::vector<Endpoint>& addresses = names_[plan].addresses;
  return asked.plan == plan ||
         std::find(addresses.begin(), addresses.end(), asked.endpoint) != addresses.end();
}

// Returns whether one of them is a pool's, both are alive, and they may be the addresses of one server in
// both families.
bool ServerNames::may_be_other_family(const Asked& a, const Asked& b) const {
  const ServerPlan& plan_a = names_[a.plan].plan;
  const ServerPlan& plan_b = names_[b.plan].plan;
  if (!plan_a.is_pool() && !plan_b.is_pool()) return false;
  if (a.is_dead || b.is_dead || a.endpoint.address.is_v4() == b.endpoint.address.is_v4()) return false;
  const bool is_one_name = !plan_a.literal && !plan_b.literal && plan_a.text == plan_b.text;
  return is_one_name || has(a.plan, b) || has(b.plan, a);
}

// Returns whether two addresses are of one server. Different addresses of a pool in one family are not.
bool ServerNames::is_one_server(const Asked& a, const Asked& b) const {
  const ServerPlan& plan_a = names_[a.plan].plan;
  const ServerPlan& plan_b = names_[b.plan].plan;
  if (a.endpoint == b.endpoint) return true;
  if (plan_a.is_pool() || plan_b.is_pool()) return a.index && b.index && may_be_other_family(a, b);
  const bool is_one_name = !plan_a.literal && !plan_b.literal && plan_a.text == plan_b.text;
  const std::vector<Endpoint>& others = names_[b.plan].addresses;
  return is_one_name || has(a.plan, b) || has(b.plan, a) ||
         std::any_of(names_[a.plan].addresses.begin(), names_[a.plan].addresses.end(),
                     [&](const Endpoint& endpoint) {
                       return std::find(others.begin(), others.end(), endpoint) != others.end();
                     });
}

// Returns the addresses of each --server of which none is asked. They may still show that two addresses that
// are asked are of one server.
std::vector<ServerNames::Asked> ServerNames::not_asked(std::span<const Asked> asked) const {
  std::vector<Asked> others;
  for (std::size_t plan = 0; plan < names_.size(); ++plan) {
    const auto is_its = [&](const Asked& a) { return a.plan == plan; };
    if (names_[plan].plan.is_pool() || std::any_of(asked.begin(), asked.end(), is_its)) continue;
    for (const Endpoint& endpoint : names_[plan].addresses)
      others.push_back({plan, std::nullopt, endpoint, false, std::nullopt});
  }
  return others;
}

std::vector<std::uint8_t> ServerNames::machines(Servers servers) const {
  std::vector<Asked> all = asked_of(servers);
  const std::vector<Asked> others = not_asked(all);
  all.insert(all.end(), others.begin(), others.end());
  std::vector<std::size_t> groups(all.size());
  std::iota(groups.begin(), groups.end(), std::size_t{0});
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (groups[i] != groups[j] && is_one_server(all[i], all[j]))
        std::replace(groups.begin(), groups.end(), std::size_t{groups[i]}, std::size_t{groups[j]});
    }
  }
  std::vector<std::uint8_t> machines(servers.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    // The addresses that are asked come first in `all`, so the number of their group is that of one of them.
    const auto first = std::find(groups.begin(), groups.end(), groups[i]) - groups.begin();
    if (all[i].index) machines[*all[i].index] = static_cast<std::uint8_t>(first + 1);
  }
  return machines;
}

std::vector<ServerNames::Unresolved> ServerNames::unresolved(Servers servers) const {
  std::vector<Unresolved> unresolved;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const bool is_asked = std::any_of(servers.begin(), servers.end(),
                                      [&](const auto& server) { return server && server->plan == i; });
    if (is_asked) continue;
    const std::vector<Endpoint>& its = names_[i].addresses;
    const bool is_duplicate = std::any_of(servers.begin(), servers.end(), [&](const auto& server) {
      return server && std::find(its.begin(), its.end(), server->address.endpoint) != its.end();
    });
    unresolved.push_back({names_[i].plan.text, names_[i].trouble, is_duplicate});
  }
  return unresolved;
}

}  // namespace isletime
