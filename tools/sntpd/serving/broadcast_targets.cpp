// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/broadcast_targets.hpp"

#include <algorithm>
#include <optional>

#include "libsync/policy/announcement.hpp"

namespace isletime::sntpd {
namespace {

// Returns the index of the option that covers the interface, or nothing.
std::optional<std::size_t> option_for(std::span<const BroadcastOption> options, const InterfaceAddress& a) {
  const auto index_of = [&](auto&& holds) -> std::optional<std::size_t> {
    const auto found = std::find_if(options.begin(), options.end(), holds);
    if (found == options.end()) return std::nullopt;
    return static_cast<std::size_t>(found - options.begin());
  };
  if (const auto named = index_of([&](const BroadcastOption& o) { return o.interface == a.interface; })) {
    return named;
  }
  if (a.is_loopback || a.is_point_to_point) return std::nullopt;
  return index_of([](const BroadcastOption& o) { return !o.interface; });
}

// All IPv6 hosts receive packets from a link-local address; other addresses are used only if they are bound.
bool speaks_to_group(const InterfaceAddress& a, bool is_bound) {
  return a.has_multicast && (a.address.is_v4() || a.address.is_link_local_v6() || is_bound);
}

bool is_same_way(const Outlet& a, const Outlet& b) {
  return a.interface == b.interface && a.to == b.to;
}

}  // namespace

std::vector<BroadcastTarget> targets_of(std::span<const BroadcastOption> options,
                                        std::span<const InterfaceAddress> interfaces,
                                        std::span<const Endpoint> bind, std::uint16_t port) {
  std::vector<BroadcastTarget> targets;
  for (const InterfaceAddress& a : interfaces) {
    const auto is_its = [&](const Endpoint& local) { return local.address == a.address; };
    const bool is_bound = std::any_of(bind.begin(), bind.end(), is_its);
    if (!a.is_up || (!bind.empty() && !is_bound)) continue;
    const auto option = option_for(options, a);
    if (!option) continue;
    // An interface with several addresses sends it once.
    const auto add = [&](IpAddress to) {
      const Outlet outlet{a.index, a.address, {to, port}};
      const auto is_there = [&](const BroadcastTarget& t) { return is_same_way(t.outlet, outlet); };
      if (std::none_of(targets.begin(), targets.end(), is_there)) {
        targets.push_back({a.interface, outlet, *option});
      }
    };
    if (const auto everybody = broadcast_address_of(a)) add(*everybody);
    if (speaks_to_group(a, is_bound)) add(a.address.is_v4() ? kNtpGroupV4 : kNtpGroupV6);
  }
  return targets;
}

std::vector<std::string> absent_of(std::span<const BroadcastOption> options,
                                   std::span<const BroadcastTarget> targets) {
  std::vector<std::string> absent;
  for (const BroadcastOption& option : options) {
    const auto is_its = [&](const BroadcastTarget& target) { return target.interface == option.interface; };
    if (option.interface && std::none_of(targets.begin(), targets.end(), is_its))
      absent.push_back(*option.interface);
  }
  return absent;
}

}  // namespace isletime::sntpd
