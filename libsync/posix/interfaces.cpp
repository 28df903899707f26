// SPDX-License-Identifier: MIT
#include "libsync/posix/interfaces.hpp"

#include <bit>
#include <cstring>
#include <memory>

#include <ifaddrs.h>

#include "libsync/posix/socket_address.hpp"

namespace isletime {
namespace {

// Of either family; absent for others.
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

// An IPv4 mask, in its mapped form, does not have the first 96 bits set.
Prefix network_of(IpAddress address, IpAddress mask) {
  const int ones = address.is_v4() ? 96 + std::popcount(mask.v4_value())
                                   : std::popcount(mask.high) + std::popcount(mask.low);
  return {address, static_cast<std::uint8_t>(ones)};
}

}  // namespace

std::vector<InterfaceAddress> interface_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner{list, freeifaddrs};
  std::vector<InterfaceAddress> addresses;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    const auto address = address_of(entry->ifa_addr);
    const auto mask = address_of(entry->ifa_netmask);
    if (!address || !mask) continue;
    addresses.push_back({entry->ifa_name, *address, network_of(*address, *mask)});
  }
  return addresses;
}

}  // namespace isletime
