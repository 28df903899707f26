// SPDX-License-Identifier: MIT
#include "firmware/net/next_hop.hpp"

#include <lwip/etharp.h>
#include <lwip/ip4.h>
#include <lwip/netif.h>
#include <optional>

#include "firmware/kit/uptime.hpp"
#include "firmware/net/lwip_address.hpp"

namespace isletime::net {
namespace {

constexpr seconds kBetweenRequests{1};  // RFC 1122, section 2.3.2.1

struct Request {
  u32_t address;
  MonoTime at;
};
std::optional<Request> last_request;

void request(netif& interface, const ip4_addr_t& address) {
  const MonoTime now = firmware::uptime();
  const u32_t value = ip4_addr_get_u32(&address);
  if (last_request && last_request->address == value && now < last_request->at + kBetweenRequests) return;
  last_request = Request{value, now};
  etharp_query(&interface, &address, nullptr);
}

}  // namespace

bool is_next_hop_known(IpAddress to) {
  const auto target = to_lwip(to);
  if (!target) return false;
  const ip4_addr_t* hop = ip_2_ip4(&*target);
  netif* const interface = ip4_route(hop);
  if (interface == nullptr) return false;
  if (ip4_addr_isbroadcast(hop, interface) || ip4_addr_ismulticast(hop)) return true;
  if (!ip4_addr_netcmp(hop, netif_ip4_addr(interface), netif_ip4_netmask(interface))) {
    hop = netif_ip4_gw(interface);
  }
  if (ip4_addr_isany(hop)) return false;
  eth_addr* hardware = nullptr;
  const ip4_addr_t* entry = nullptr;
  if (etharp_find_addr(interface, hop, &hardware, &entry) >= 0) return true;
  request(*interface, *hop);
  return false;
}

}  // namespace isletime::net
