// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/broadcast_places.hpp"

#include <algorithm>
#include <optional>

#include "libsync/policy/announcement.hpp"

namespace isletime::sntpd {
namespace {

bool is_near(const Endpoint& server, const InterfaceAddress& a) {
  if (!a.is_up || a.is_loopback || server.address.is_v4() != a.address.is_v4()) return false;
  if (server.address.is_v4()) return contains(a.network, server.address);
  return server.address.is_link_local_v6() && a.address.is_link_local_v6() && server.scope == a.index;
}

}  // namespace

std::vector<BroadcastPlace> places_of(std::span<const Endpoint> servers,
                                      std::span<const InterfaceAddress> interfaces) {
  std::vector<BroadcastPlace> places;
  for (const Endpoint& server : servers) {
    const auto add = [&](IpAddress group, std::uint32_t interface) {
      const BroadcastPlace place{{group, server.port, group.is_v4() ? 0 : interface}, interface};
      if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    };
    for (const InterfaceAddress& a : interfaces) {
      if (!is_near(server, a)) continue;
      if (const auto everybody = broadcast_address_of(a)) add(*everybody, a.index);
      if (a.has_multicast) add(a.address.is_v4() ? kNtpGroupV4 : kNtpGroupV6, a.index);
    }
  }
  return places;
}

}  // namespace isletime::sntpd
