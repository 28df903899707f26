// SPDX-License-Identifier: MIT
#include "libsync/posix/announcing.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>

#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {
namespace {

// One behind another; the buffer has room for those of one datagram, and is zero behind them.
template <class Value>
void add_control(msghdr& message, ControlBuffer& buffer, int level, int type, const Value& value) {
  auto* header = reinterpret_cast<cmsghdr*>(buffer.bytes + message.msg_controllen);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
  message.msg_controllen += CMSG_SPACE(sizeof value);
}

}  // namespace

std::optional<SysError> allow_announcing(int socket, bool is_v4) {
  if (!is_v4) return std::nullopt;
  const int yes = 1;
  if (setsockopt(socket, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes) != 0) {
    return SysError{errno, "set SO_BROADCAST"};
  }
  const int no = 0;
  if (setsockopt(socket, IPPROTO_IP, IP_MULTICAST_ALL, &no, sizeof no) != 0) {
    return SysError{errno, "set IP_MULTICAST_ALL"};
  }
  return std::nullopt;
}

std::optional<SysError> announce_by(int socket, const Outlet& outlet, Bytes bytes) {
  SocketAddress to = to_socket_address(outlet.to);
  iovec vector{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_name = &to.generic;
  message.msg_namelen = to.length;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  ControlBuffer control{};
  message.msg_control = control.bytes;
  if (outlet.from.is_v4()) {
    in_pktinfo info{};
    info.ipi_ifindex = static_cast<int>(outlet.interface);
    info.ipi_spec_dst = to_in_addr(outlet.from);
    add_control(message, control, IPPROTO_IP, IP_PKTINFO, info);
  } else {
    in6_pktinfo info{};
    info.ipi6_ifindex = outlet.interface;
    info.ipi6_addr = to_in6_addr(outlet.from);
    add_control(message, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  // Without a number among the replies, whose stamps the thread that serves is after.
  add_control(message, control, SOL_SOCKET, SO_TIMESTAMPING, std::uint32_t{0});
  if (sendmsg(socket, &message, MSG_DONTWAIT) >= 0) return std::nullopt;
  return SysError{errno, "send"};
}

}  // namespace isletime
