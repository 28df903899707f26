// SPDX-License-Identifier: MIT
#include "libsync/posix/interface_watch.hpp"

#include <array>
#include <cerrno>
#include <cstddef>

#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace isletime {

Result<InterfaceWatch, SysError> InterfaceWatch::open() {
  Fd socket{::socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)};
  if (!socket.is_open()) return last_error("netlink socket");
  if (fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0) return last_error("fcntl");
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return last_error("netlink bind");
  }
  return InterfaceWatch{std::move(socket)};
}

bool InterfaceWatch::take_changed() {
  std::array<std::byte, 64> start;  // the rest of a message is not needed
  bool has_changed = false;
  for (;;) {
    const ssize_t size = recv(socket_.get(), start.data(), start.size(), MSG_DONTWAIT);
    // ENOBUFS means that messages were lost, so something has changed.
    if (size < 0 && errno != ENOBUFS && errno != EINTR) return has_changed;
    has_changed = true;
  }
}

}  // namespace isletime
