// SPDX-License-Identifier: MIT
#include "libsync/posix/interfaces.hpp"

#include <bit>
#include <cstring>
#include <map>
#include <memory>
#include <netpacket/packet.h>

#include <ifaddrs.h>
#include <net/if.h>

#include "libsync/posix/socket_address.hpp"

namespace isletime {
namespace {

// Returns nothing for families other than IPv4 and IPv6.
std::optional<IpAddress> address_of(const sockaddr* generic) {
  if (generic == nullptr) return std::nullopt;
  if (generic->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, generic, sizeof v4);
    return to_ip_address(v4.sin_addr);
  }
  if (generic->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, generic, sizeof v6);
    return to_ip_address(v6.sin6_addr);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> index_of(const sockaddr* generic) {
  if (generic == nullptr || generic->sa_family != AF_PACKET) return std::nullopt;
  sockaddr_ll link;
  std::memcpy(&link, generic, sizeof link);
  return static_cast<std::uint32_t>(link.sll_ifindex);
}

// The label of an IPv4 address may be an alias such as "eth0:1".
std::string interface_of(const std::string& label) {
  return label.substr(0, label.find(':'));
}

// The first 96 bits of an IPv4 mask in mapped form are not all ones, although they count for the prefix.
Prefix network_of(IpAddress address, IpAddress mask) {
  const int ones = address.is_v4() ? 96 + std::popcount(mask.v4_value())
                                   : std::popcount(mask.high) + std::popcount(mask.low);
  return {address, static_cast<std::uint8_t>(ones)};
}

}  // namespace

std::optional<IpAddress> broadcast_address_of(const InterfaceAddress& a) {
  constexpr int kLongestPrefix = 96 + 30;
  if (!a.has_broadcast || !a.address.is_v4() || a.network.length > kLongestPrefix) return std::nullopt;
  const auto hosts = static_cast<std::uint32_t>((std::uint64_t{1} << (128 - a.network.length)) - 1);
  return IpAddress::v4(a.address.v4_value() | hosts);
}

std::vector<InterfaceAddress> interface_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner{list, freeifaddrs};
  std::vector<InterfaceAddress> addresses;
  std::map<std::string, std::uint32_t> indices;  // of all interfaces; they precede the addresses
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    const std::string name = interface_of(entry->ifa_name);
    if (const auto index = index_of(entry->ifa_addr)) indices[name] = *index;
    const auto address = address_of(entry->ifa_addr);
    const auto mask = address_of(entry->ifa_netmask);
    if (!address || !mask) continue;
    const auto has = [flags = entry->ifa_flags](unsigned all) { return (flags & all) == all; };
    addresses.push_back({.interface = name,
                         .address = *address,
                         .network = network_of(*address, *mask),
                         .index = indices[name],
                         .is_up = has(IFF_UP | IFF_RUNNING),
                         .is_loopback = has(IFF_LOOPBACK),
                         .is_point_to_point = has(IFF_POINTOPOINT),
                         .has_broadcast = has(IFF_BROADCAST),
                         .has_multicast = has(IFF_MULTICAST)});
  }
  return addresses;
}

}  // namespace isletime
