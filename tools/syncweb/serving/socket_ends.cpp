// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/socket_ends.hpp"

#include <cstring>

#include "libsync/posix/socket_address.hpp"

namespace isletime::syncweb {

Endpoint endpoint_of(const sockaddr* address) {
  SocketAddress copy{};
  if (address == nullptr) return {};
  copy.length = address->sa_family == AF_INET ? sizeof copy.v4 : sizeof copy.v6;
  std::memcpy(&copy.generic, address, copy.length);
  return to_endpoint(copy).value_or(Endpoint{});
}

IpAddress own_address_of(int socket) {
  SocketAddress address{};
  address.length = sizeof address.v6;
  if (getsockname(socket, &address.generic, &address.length) != 0) return {};
  return to_endpoint(address).value_or(Endpoint{}).address;
}

}  // namespace isletime::syncweb
