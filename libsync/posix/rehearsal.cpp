// SPDX-License-Identifier: MIT
#include "libsync/posix/rehearsal.hpp"

#include <array>
#include <cstdint>
#include <utility>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {

Rehearsal::Rehearsal(bool is_v4) {
  const Endpoint loopback{is_v4 ? IpAddress::v4(INADDR_LOOPBACK) : IpAddress{0, 1}};
  auto socket = open_udp(loopback.address, Stamps::kReceive);
  if (!socket || bind_to(*socket, loopback)) return;
  const auto bound = local_endpoint(*socket);
  if (!bound) return;
  // The socket is connected to itself, so that it receives from nobody else.
  const SocketAddress itself = to_socket_address(*bound);
  if (connect(socket->get(), &itself.generic, itself.length) == 0) socket_ = *std::move(socket);
}

void Rehearsal::play() {
  if (!socket_.is_open()) return;
  std::array<std::uint8_t, kHeaderSize> datagram{};
  send(socket_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
  recv(socket_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
}

}  // namespace isletime
