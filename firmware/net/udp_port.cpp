// SPDX-License-Identifier: MIT
#include "firmware/net/udp_port.hpp"

#include <array>
#include <lwip/pbuf.h>
#include <lwip/udp.h>

#include "firmware/board.hpp"
#include "firmware/net/frame_times.hpp"
#include "firmware/net/lwip_address.hpp"
#include "firmware/net/next_hop.hpp"

namespace isletime::net {
namespace {

constexpr std::size_t kMostBytes = 512;

// RFC 6335, section 6: the dynamic ports. An off-path attacker must guess the one that is chosen.
std::uint16_t random_port() {
  return static_cast<std::uint16_t>(0xc000 | (board::random() & 0x3fff));
}

bool bind(udp_pcb& pcb, std::uint16_t port) {
  if (port != 0) return udp_bind(&pcb, IP_ANY_TYPE, port) == ERR_OK;
  for (int tries = 0; tries < 8; ++tries) {
    if (udp_bind(&pcb, IP_ANY_TYPE, random_port()) == ERR_OK) return true;
  }
  return false;
}

}  // namespace

struct UdpPort::Receiver {
  static void receive(void* argument, udp_pcb*, pbuf* packet, const ip_addr_t* from, u16_t port) {
    const auto& self = *static_cast<const UdpPort*>(argument);
    std::array<std::uint8_t, kMostBytes> copy;
    const u16_t size = pbuf_copy_partial(packet, copy.data(), copy.size(), 0);
    const Arrival arrival{.bytes = Bytes{copy}.first(size),
                          .from = {.address = from_lwip(*from), .port = port},
                          .to = from_lwip(*ip_current_dest_addr()),
                          .at = arrived()};
    pbuf_free(packet);
    self.handler_(self.context_, arrival);
  }
};

bool UdpPort::open(std::uint16_t port, Handler handler, void* context) {
  close();
  pcb_ = udp_new();
  if (pcb_ == nullptr) return false;
  if (!bind(*pcb_, port)) {
    close();
    return false;
  }
  handler_ = handler;
  context_ = context;
  ip_set_option(pcb_, SOF_BROADCAST);
  udp_recv(pcb_, Receiver::receive, this);
  return true;
}

void UdpPort::close() {
  if (pcb_ != nullptr) udp_remove(pcb_);
  pcb_ = nullptr;
}

bool UdpPort::send(const Endpoint& to, Bytes bytes) {
  const auto address = to_lwip(to.address);
  if (pcb_ == nullptr || !address || bytes.size() > kMostBytes || !is_next_hop_known(to.address))
    return false;
  const auto size = static_cast<u16_t>(bytes.size());
  pbuf* const packet = pbuf_alloc(PBUF_TRANSPORT, size, PBUF_RAM);
  if (packet == nullptr) return false;
  const bool is_sent = pbuf_take(packet, bytes.data(), size) == ERR_OK &&
                       udp_sendto(pcb_, packet, &*address, to.port) == ERR_OK;
  pbuf_free(packet);
  return is_sent;
}

std::uint16_t UdpPort::port() const {
  return pcb_ == nullptr ? std::uint16_t{0} : pcb_->local_port;
}

}  // namespace isletime::net
