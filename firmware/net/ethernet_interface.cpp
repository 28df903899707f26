// SPDX-License-Identifier: MIT
// The Ethernet interface with an address from lwIP's DHCP client, which also asks for NTP servers.
#include <chrono>
#include <lwip/dhcp.h>
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/timeouts.h>

#include "firmware/net/ethernet_link.hpp"
#include "firmware/net/interface.hpp"
#include "firmware/net/lwip_address.hpp"

namespace isletime::net {
namespace {

struct Ethernet {
  netif* link = nullptr;
  dhcp lease{};
  std::optional<IpAddress> ntp_server;
};
Ethernet ethernet;

}  // namespace

void start_interface(const char* hostname) {
  lwip_init();
  ethernet.link = &start_link(hostname);
  dhcp_set_struct(ethernet.link, &ethernet.lease);
  dhcp_start(ethernet.link);
}

bool poll_interface() {
  const bool has_more = poll_link();
  sys_check_timeouts();
  return has_more;
}

nanoseconds until_interface_timer() {
  return std::chrono::milliseconds{sys_timeouts_sleeptime()};
}

netif* interface() {
  const bool is_up = netif_is_link_up(ethernet.link) != 0 && dhcp_supplied_address(ethernet.link) != 0;
  return is_up ? ethernet.link : nullptr;
}

std::optional<IpAddress> leased_ntp_server() {
  return ethernet.ntp_server;
}

}  // namespace isletime::net

// lwIP calls it at every lease, before the address is in force.
extern "C" void dhcp_set_ntp_servers(u8_t num_ntp_servers, const ip4_addr_t* ntp_server_addrs) {
  using isletime::net::ethernet;
  ethernet.ntp_server =
      num_ntp_servers == 0 ? std::nullopt : std::optional{isletime::net::from_lwip(*ntp_server_addrs)};
}
