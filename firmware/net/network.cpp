// SPDX-License-Identifier: MIT
#include "firmware/net/network.hpp"

#include <chrono>
#include <cstdint>
#include <lwip/dhcp.h>
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/timeouts.h>

#include "firmware/kit/settings.hpp"
#include "firmware/kit/uptime.hpp"
#include "firmware/net/ethernet_link.hpp"
#include "firmware/net/hub_lookup.hpp"
#include "firmware/net/lwip_address.hpp"

namespace isletime::net {
namespace {

struct Network {
  netif* interface = nullptr;
  dhcp lease{};
  IpAddress last_address{};  // all zero while there is none
  unsigned generation = 0;
  std::optional<IpAddress> ntp_server;
  HubLookup hub;
  bool has_more = false;
};
Network network;

std::optional<IpAddress> usable(IpAddress address) {
  const bool is_usable = !address.is_any() && !address.is_loopback() && address != broadcast_address() &&
                         address.v4_value() >> 28 < 0xe;  // neither multicast nor reserved
  return is_usable ? std::optional{address} : std::nullopt;
}

void note_address() {
  const IpAddress now = is_up() ? address() : IpAddress{};
  if (now == network.last_address) return;
  network.last_address = now;
  ++network.generation;
  network.hub.on_new_network();
}

}  // namespace

void start(const char* hostname) {
  lwip_init();
  network.interface = &start_link(hostname);
  network.hub.start(firmware::setting("hub"));
  dhcp_set_struct(network.interface, &network.lease);
  dhcp_start(network.interface);
}

void poll() {
  network.has_more = poll_link();
  sys_check_timeouts();
  note_address();
  if (is_up()) network.hub.poll(firmware::uptime());
}

nanoseconds until_next_timer() {
  constexpr std::chrono::milliseconds kLongest{1000};
  if (network.has_more) return nanoseconds::zero();
  return std::min(std::chrono::milliseconds{sys_timeouts_sleeptime()}, kLongest);
}

bool is_up() {
  return netif_is_link_up(network.interface) != 0 && dhcp_supplied_address(network.interface) != 0;
}

unsigned generation() {
  return network.generation;
}

IpAddress address() {
  return from_lwip(*netif_ip4_addr(network.interface));
}

IpAddress broadcast_address() {
  const std::uint32_t mask = from_lwip(*netif_ip4_netmask(network.interface)).v4_value();
  return IpAddress::v4(address().v4_value() | ~mask);
}

std::optional<IpAddress> router() {
  return usable(from_lwip(*netif_ip4_gw(network.interface)));
}

std::optional<IpAddress> ntp_server() {
  return network.ntp_server;
}

std::optional<IpAddress> hub() {
  if (network.hub.has_name()) return network.hub.address();
  return network.ntp_server ? network.ntp_server : router();
}

}  // namespace isletime::net

// lwIP calls it at every lease, before the address is in force.
extern "C" void dhcp_set_ntp_servers(u8_t number, const ip4_addr_t* servers) {
  using isletime::net::network;
  network.ntp_server = number == 0 ? std::nullopt : isletime::net::usable(isletime::net::from_lwip(*servers));
}
