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

struct QuerySocket::Message {
  std::size_t size;
  SocketAddress from;
  Ancillary ancillary;
};

std::optional<QueryEvent> QuerySocket::next_event() {
  if (const auto report = next_report()) {
    return std::visit([](const auto& r) { return QueryEvent{r}; }, *report);
  }
  if (const auto reply = next_reply()) return *reply;
  return std::nullopt;
}

std::optional<QueryReport> QuerySocket::next_report() {
  while (const auto message = read_queue(MSG_ERRQUEUE)) {
    if (message->ancillary.error) return Unreachable{*message->ancillary.error};
    if (message->ancillary.stamp) return TransmitStamp{*message->ancillary.stamp};
  }
  return std::nullopt;
}

std::optional<ReceivedReply> QuerySocket::next_reply() {
  while (const auto message = read_queue(0)) {
    const auto sender = to_endpoint(message->from);
    if (!sender) continue;
    const Ancillary& ancillary = message->ancillary;
    return ReceivedReply{{buffer_.data(), message->size},
                         *sender,
                         ancillary.local.value_or(Endpoint{}).address,
                         ancillary.stamp ? *ancillary.stamp : wall_now()};
  }
  return std::nullopt;
}

std::optional<QuerySocket::Message> QuerySocket::read_queue(int flags) {
  Message read{};
  iovec vector{buffer_.data(), buffer_.size()};
  ControlBuffer control;
  for (;;) {
    msghdr message{};
    message.msg_name = &read.from.generic;
    message.msg_namelen = sizeof read.from.v6;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    const ssize_t size = recvmsg(socket_.get(), &message, flags | MSG_DONTWAIT);
    if (size >= 0) {
      read.size = static_cast<std::size_t>(size);
      read.from.length = message.msg_namelen;
      read.ancillary = read_ancillary(message);
      return read;
    }
    // With IP_RECVERR the next call reports an ICMP error too; the error queue has the details.
    const bool is_icmp = errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH;
    if (errno != EINTR && !(is_icmp && flags == 0)) return std::nullopt;
  }
}

}  // namespace isletime
