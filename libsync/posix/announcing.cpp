// SPDX-License-Identifier: MIT
#include "libsync/posix/announcing.hpp"

#include <cerrno>

#include <sys/socket.h>

#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {
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
  ControlBuffer control;
  append_source(message, control, outlet.from, outlet.interface);
  if (sendmsg(socket, &message, MSG_DONTWAIT) >= 0) return std::nullopt;
  return SysError{errno, "send"};
}

}  // namespace isletime
