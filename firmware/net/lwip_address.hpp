// SPDX-License-Identifier: MIT
// Converts addresses to lwIP's form and back. A stack without IPv6 knows IPv4 addresses only.
#pragma once

#include <lwip/def.h>
#include <lwip/ip_addr.h>
#include <optional>

#include "libsync/core/ip_address.hpp"

namespace isletime::net {

inline IpAddress from_lwip(const ip4_addr_t& address) {
  return IpAddress::v4(lwip_ntohl(ip4_addr_get_u32(&address)));
}

#if LWIP_IPV6  // otherwise the two types are the same
inline IpAddress from_lwip(const ip_addr_t& address) {
  if (!IP_IS_V6(&address)) return from_lwip(*ip_2_ip4(&address));
  const ip6_addr_t& v6 = *ip_2_ip6(&address);
  const auto half = [&v6](int word) {
    return std::uint64_t{lwip_ntohl(v6.addr[word])} << 32 | lwip_ntohl(v6.addr[word + 1]);
  };
  return {half(0), half(2)};
}
#endif

inline std::optional<ip_addr_t> to_lwip(IpAddress address) {
  if (!address.is_v4()) return std::nullopt;
  ip_addr_t converted{};
  ip_addr_set_ip4_u32_val(converted, lwip_htonl(address.v4_value()));
  return converted;
}

}  // namespace isletime::net
