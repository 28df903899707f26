// SPDX-License-Identifier: MIT
#include "libsync/posix/query_socket.hpp"

#include <sys/socket.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {

Result<QuerySocket, SysError> QuerySocket::open(const Endpoint& server) {
  auto socket = open_udp(server.address, Stamps::kReceiveAndTransmit);
  if (!socket) return Unexpected{socket.error()};
  const bool is_v4 = server.address.is_v4();
  const auto error = is_v4 ? set_option(*socket, IPPROTO_IP, IP_RECVERR, 1, "set IP_RECVERR")
                           : set_option(*socket, IPPROTO_IPV6, IPV6_RECVERR, 1, "set IPV6_RECVERR");
  if (error) return Unexpected{*error};
  if (const auto failed = report_local_address(*socket, is_v4)) return Unexpected{*failed};
  return QuerySocket{*std::move(socket)};
}

Result<WallTime, SysError> QuerySocket::send(const Endpoint& server, Bytes bytes) {
  const SocketAddress address = to_socket_address(server);
  const WallTime before = wall_now();
  if (sendto(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT, &address.generic, address.length) < 0) {
    return last_error("send");
  }
  return before;
}

std::optional<QueryEvent> QuerySocket::next_event() {
  if (auto event = read_queue(MSG_ERRQUEUE)) return event;
  return read_queue(0);
}

std::optional<QueryEvent> QuerySocket::read_queue(int flags) {
  SocketAddress from{};
  iovec vector{buffer_.data(), buffer_.size()};
  ControlBuffer control;
  for (;;) {
    msghdr message{};
    message.msg_name = &from.generic;
    message.msg_namelen = sizeof from.v6;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    const ssize_t size = recvmsg(socket_.get(), &message, flags | MSG_DONTWAIT);
    if (size < 0) {
      // With IP_RECVERR an ICMP error is reported by the next call too; the error queue tells it whole.
      if (errno == EINTR || errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH) {
        if (flags == 0) continue;
      }
      return std::nullopt;
    }
    const Ancillary ancillary = read_ancillary(message);
    if (flags == MSG_ERRQUEUE) {
      if (ancillary.error) return Unreachable{*ancillary.error};
      if (ancillary.stamp) return TransmitStamp{*ancillary.stamp};
      continue;
    }
    from.length = message.msg_namelen;
    const auto sender = to_endpoint(from);
    if (!sender) continue;
    const Endpoint local = ancillary.local.value_or(Endpoint{});
    return ReceivedReply{{buffer_.data(), static_cast<std::size_t>(size)},
                         *sender,
                         local.address,
                         ancillary.stamp ? *ancillary.stamp : wall_now()};
  }
}

}  // namespace isletime
