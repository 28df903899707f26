// SPDX-License-Identifier: MIT
#include "libsync/posix/announcing_socket.hpp"

#include <cerrno>

#include <linux/filter.h>
#include <sys/socket.h>

#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {
namespace {

// A link-local group has a scope, and so has its port.
Endpoint destination_of(const Outlet& outlet) {
  Endpoint to = outlet.to;
  if (!to.address.is_v4()) to.scope = outlet.interface;
  return to;
}

// What others broadcast to the same address would otherwise fill the socket's buffer.
std::optional<SysError> receive_nothing(const Fd& socket) {
  sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog program{1, &drop};
  if (setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0)
    return std::nullopt;
  return SysError{errno, "set SO_ATTACH_FILTER"};
}

std::optional<SysError> prepare(const Fd& socket, const Outlet& outlet) {
  if (auto error = receive_nothing(socket)) return error;
  if (outlet.to.address.is_v4()) {
    if (auto error = set_option(socket, SOL_SOCKET, SO_BROADCAST, 1, "set SO_BROADCAST")) return error;
  }
  // The first option is for our own sockets, the second for other programs' sockets on this port.
  if (auto error = set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1, "set SO_REUSEPORT")) return error;
  if (auto error = set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1, "set SO_REUSEADDR")) return error;
  return bind_to(socket, destination_of(outlet));
}

}  // namespace

Result<AnnouncingSocket, SysError> AnnouncingSocket::open(const Outlet& outlet) {
  auto socket = open_udp(outlet.to.address, Stamps::kReceiveAndTransmit);
  if (!socket) return Unexpected{socket.error()};
  if (const auto error = prepare(*socket, outlet)) return Unexpected{*error};
  return AnnouncingSocket{*std::move(socket), outlet};
}

std::optional<SysError> AnnouncingSocket::send(Bytes bytes) {
  while (take_transmit_stamp()) {
  }
  SocketAddress to = to_socket_address(destination_of(outlet_));
  iovec vector{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_name = &to.generic;
  message.msg_namelen = to.length;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  ControlBuffer control;
  append_source(message, control, outlet_.from, outlet_.interface);
  if (sendmsg(socket_.get(), &message, MSG_DONTWAIT) >= 0) return std::nullopt;
  return SysError{errno, "send"};
}

std::optional<WallTime> AnnouncingSocket::take_transmit_stamp() {
  for (;;) {
    msghdr message{};
    ControlBuffer control;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    if (recvmsg(socket_.get(), &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return std::nullopt;
    if (const auto stamp = read_ancillary(message).stamp) return stamp;
  }
}

std::optional<SysError> ignore_groups(int socket, bool is_v4) {
  if (!is_v4) return std::nullopt;
  const int no = 0;
  if (setsockopt(socket, IPPROTO_IP, IP_MULTICAST_ALL, &no, sizeof no) == 0) return std::nullopt;
  return SysError{errno, "set IP_MULTICAST_ALL"};
}

}  // namespace isletime
