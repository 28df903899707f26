// SPDX-License-Identifier: MIT
#include "firmware/net/network.hpp"

#include <algorithm>
#include <lwip/netif.h>

#include "firmware/kit/settings.hpp"
#include "firmware/kit/uptime.hpp"
#include "firmware/net/hub_lookup.hpp"
#include "firmware/net/interface.hpp"
#include "firmware/net/lwip_address.hpp"

namespace isletime::net {
namespace {

struct Network {
  IpAddress last_address{};  // all zero while there is none
  unsigned generation = 0;
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
  start_interface(hostname);
  network.hub.start(firmware::setting("hub"));
}

void poll() {
  network.has_more = poll_interface();
  note_address();
  if (is_up()) network.hub.poll(firmware::uptime());
}

nanoseconds until_next_timer() {
  constexpr nanoseconds kLongest = seconds{1};
  return network.has_more ? nanoseconds::zero() : std::min(until_interface_timer(), kLongest);
}

bool is_up() {
  return interface() != nullptr;
}

unsigned generation() {
  return network.generation;
}

IpAddress address() {
  const netif* const up = interface();
  return up == nullptr ? IpAddress{} : from_lwip(*netif_ip4_addr(up));
}

IpAddress broadcast_address() {
  const netif* const up = interface();
  if (up == nullptr) return IpAddress{};
  return IpAddress::v4(address().v4_value() | ~from_lwip(*netif_ip4_netmask(up)).v4_value());
}

std::optional<IpAddress> router() {
  const netif* const up = interface();
  return up == nullptr ? std::nullopt : usable(from_lwip(*netif_ip4_gw(up)));
}

std::optional<IpAddress> ntp_server() {
  const auto leased = leased_ntp_server();
  return leased ? usable(*leased) : std::nullopt;
}

std::optional<IpAddress> hub() {
  if (network.hub.has_name()) return network.hub.address();
  const auto leased = ntp_server();
  return leased ? leased : router();
}

}  // namespace isletime::net
