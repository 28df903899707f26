// SPDX-License-Identifier: MIT
#include "libsync/posix/rehearsal.hpp"

#include <array>
#include <cstdint>
#include <utility>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {

Rehearsal::Rehearsal(bool is_v4) {
  const Endpoint loopback{is_v4 ? IpAddress::v4(INADDR_LOOPBACK) : IpAddress{0, 1}};
  auto stage = open_udp(loopback.address, Stamps::kReceive);
  if (!stage || bind_to(*stage, loopback)) return;
  const auto bound = local_endpoint(*stage);
  if (!bound) return;
  stage_ = *std::move(stage);
  address_ = to_socket_address(*bound);
}

void Rehearsal::play(const Fd& socket) {
  if (!stage_.is_open()) return;
  std::array<std::uint8_t, kHeaderSize> datagram{};
  sendto(socket.get(), datagram.data(), datagram.size(), MSG_DONTWAIT, &address_.generic, address_.length);
  recv(stage_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
}

}  // namespace isletime
