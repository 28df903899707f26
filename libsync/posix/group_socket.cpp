// SPDX-License-Identifier: MIT
#include "libsync/posix/group_socket.hpp"

#include <cerrno>

#include <sys/socket.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {
namespace {

bool is_multicast_v4(IpAddress address) {
  return address.v4_value() >> 28 == 0xe;
}

std::optional<SysError> join(const Fd& socket, IpAddress group, std::uint32_t interface) {
  if (group.is_v4()) {
    if (!is_multicast_v4(group)) return std::nullopt;
    ip_mreqn request{};
    request.imr_multiaddr = to_in_addr(group);
    request.imr_ifindex = static_cast<int>(interface);
    // Without this the socket would also receive for groups that others have joined on other interfaces.
    if (const auto error = set_option(socket, IPPROTO_IP, IP_MULTICAST_ALL, 0, "set IP_MULTICAST_ALL")) {
      return error;
    }
    if (setsockopt(socket.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0) {
      return std::nullopt;
    }
    return SysError{errno, "join group"};
  }
  ipv6_mreq request{};
  request.ipv6mr_multiaddr = to_in6_addr(group);
  request.ipv6mr_interface = interface;
  if (setsockopt(socket.get(), IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request) == 0) {
    return std::nullopt;
  }
  return SysError{errno, "join group"};
}

}  // namespace

Result<GroupSocket, SysError> GroupSocket::open(const Endpoint& group, std::uint32_t interface) {
  auto socket = open_udp(group.address, Stamps::kReceive);
  if (!socket) return Unexpected{socket.error()};
  // The first option is for our own sockets, the second for other programs' sockets on this port.
  if (const auto error = set_option(*socket, SOL_SOCKET, SO_REUSEPORT, 1, "set SO_REUSEPORT")) {
    return Unexpected{*error};
  }
  if (const auto error = set_option(*socket, SOL_SOCKET, SO_REUSEADDR, 1, "set SO_REUSEADDR")) {
    return Unexpected{*error};
  }
  if (const auto error = bind_to(*socket, group)) return Unexpected{*error};
  if (const auto error = join(*socket, group.address, interface)) return Unexpected{*error};
  return GroupSocket{*std::move(socket)};
}

std::optional<HeardDatagram> GroupSocket::receive() {
  for (;;) {
    SocketAddress from{};
    iovec vector{buffer_.data(), buffer_.size()};
    ControlBuffer control;
    msghdr message{};
    message.msg_name = &from.generic;
    message.msg_namelen = sizeof from.v6;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    const ssize_t size = recvmsg(socket_.get(), &message, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    from.length = message.msg_namelen;
    const auto sender = to_endpoint(from);
    if (!sender) continue;
    const auto stamp = read_ancillary(message).stamp;
    return HeardDatagram{
        {buffer_.data(), static_cast<std::size_t>(size)}, *sender, stamp ? *stamp : wall_now()};
  }
}

// The kernel lets sockets share a port only if they belong to the same user.
std::optional<SysError> share_port_with(std::uint32_t user, int socket) {
  if (fchown(socket, user, static_cast<gid_t>(-1)) == 0) return std::nullopt;
  return SysError{errno, "fchown"};
}

}  // namespace isletime
