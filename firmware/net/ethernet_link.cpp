// SPDX-License-Identifier: MIT
#include "firmware/net/ethernet_link.hpp"

#include <array>
#include <cstdint>
#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <netif/ethernet.h>

#include "firmware/board.hpp"
#include "firmware/kit/uptime.hpp"
#include "firmware/net/frame_times.hpp"

namespace isletime::net {
namespace {

constexpr std::size_t kLongestFrame = 1514;  // without the check sequence
constexpr int kMostFramesAtOnce = 16;        // a flood must not stop the main loop

struct Link {
  netif interface;
  MonoTime arrived;
  MonoTime departed;
  alignas(4) std::array<std::uint8_t, kLongestFrame> received;
  alignas(4) std::array<std::uint8_t, kLongestFrame> sent;
};
Link link;

err_t send(netif*, pbuf* packet) {
  Bytes frame{static_cast<const std::uint8_t*>(packet->payload), packet->len};
  if (packet->next != nullptr) {
    const u16_t size = pbuf_copy_partial(packet, link.sent.data(), link.sent.size(), 0);
    if (size < packet->tot_len) return ERR_BUF;
    frame = Bytes{link.sent}.first(size);
  }
  link.departed = firmware::uptime();
  return board::send_frame(frame) ? ERR_OK : ERR_IF;
}

err_t initialise(netif* interface) {
  constexpr u16_t kMtu = 1500;
  interface->name[0] = 'e';
  interface->name[1] = 'n';
  interface->mtu = kMtu;
  interface->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
  interface->output = etharp_output;
  interface->linkoutput = send;
  const auto address = board::mac_address();
  interface->hwaddr_len = static_cast<u8_t>(address.size());
  for (std::size_t i = 0; i < address.size(); ++i) interface->hwaddr[i] = address[i];
  return ERR_OK;
}

void follow_link_state() {
  const bool is_up = board::is_link_up();
  if (is_up == (netif_is_link_up(&link.interface) != 0)) return;
  if (is_up) {
    netif_set_link_up(&link.interface);
  } else {
    netif_set_link_down(&link.interface);
  }
}

// The echo of a longer ping would not fit the largest block of firmware/lwip/lwippools.h, which lwIP takes
// for a broken invariant.
bool is_long_ping(Bytes frame) {
  constexpr std::size_t kMostPing = 590;  // as a frame: 576 bytes are what every host takes (RFC 791)
  constexpr std::size_t kEtherType = 12;
  constexpr std::size_t kProtocol = 23;
  constexpr std::uint16_t kIpv4 = 0x0800;
  constexpr std::uint8_t kIcmp = 1;
  return frame.size() > kMostPing && load_be16(frame, kEtherType) == kIpv4 && frame[kProtocol] == kIcmp;
}

// lwIP only refers to the frame. It keeps nothing of one after its input function: out-of-order segments and
// fragments are not queued, and a packet that waits for an address is copied.
void take_in(const board::Frame& frame) {
  if (is_long_ping(Bytes{link.received}.first(frame.size))) return;
  pbuf* const packet = pbuf_alloc(PBUF_RAW, static_cast<u16_t>(frame.size), PBUF_REF);
  if (packet == nullptr) return;
  packet->payload = link.received.data();
  link.arrived = firmware::uptime_at(frame.ticks);
  if (link.interface.input(packet, &link.interface) != ERR_OK) pbuf_free(packet);
}

}  // namespace

MonoTime arrived() {
  return link.arrived;
}

MonoTime departed() {
  return link.departed;
}

netif& start_link(const char* hostname) {
  netif_add_noaddr(&link.interface, nullptr, initialise, ethernet_input);
  netif_set_hostname(&link.interface, hostname);
  netif_set_default(&link.interface);
  netif_set_up(&link.interface);
  return link.interface;
}

bool poll_link() {
  follow_link_state();
  for (int i = 0; i < kMostFramesAtOnce; ++i) {
    const auto frame = board::receive_frame(link.received);
    if (!frame) return false;
    take_in(*frame);
  }
  return true;
}

}  // namespace isletime::net
