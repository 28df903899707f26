// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "libsync/posix/socket_address.hpp"

namespace isletime::syncweb {
namespace {

constexpr int kBacklog = 511;
// The kernel doubles it. Without a limit, each client that does not read could take megabytes of the kernel.
constexpr int kSendBuffer = 64 * 1024;
constexpr int kUserTimeout = 20'000;  // ms without an acknowledgement (RFC 5482)

bool set(const Fd& socket, int level, int option, int value) {
  return setsockopt(socket.get(), level, option, &value, sizeof value) == 0;
}

}  // namespace

Result<Listener, SysError> open_listener(const Endpoint& local) {
  SocketAddress address = to_socket_address(local);
  Fd socket{::socket(address.generic.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket.is_open()) return last_error("socket");
  if (!set(socket, SOL_SOCKET, SO_REUSEADDR, 1)) return last_error("SO_REUSEADDR");
  if (!local.address.is_v4() && !set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1)) return last_error("IPV6_V6ONLY");
  // Connections inherit these.
  if (!set(socket, SOL_SOCKET, SO_SNDBUF, kSendBuffer)) return last_error("SO_SNDBUF");
  if (!set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeout)) return last_error("TCP_USER_TIMEOUT");
  if (!set(socket, IPPROTO_TCP, TCP_NODELAY, 1)) return last_error("TCP_NODELAY");
  if (bind(socket.get(), &address.generic, address.length) != 0) return last_error("bind");
  if (listen(socket.get(), kBacklog) != 0) return last_error("listen");
  address.length = sizeof(sockaddr_in6);
  if (getsockname(socket.get(), &address.generic, &address.length) != 0) return last_error("getsockname");
  return Listener{std::move(socket), to_endpoint(address).value_or(local)};
}

}  // namespace isletime::syncweb
