// SPDX-License-Identifier: MIT
#include "tests/bench/request_socket.hpp"

#include <stdexcept>

#include <netinet/udp.h>
#include <sys/socket.h>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::bench {
namespace {

Fd open_to(const Endpoint& server) {
  Fd socket{::socket(server.address.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const SocketAddress address = to_socket_address(server);
  if (connect(socket.get(), &address.generic, address.length) != 0) {
    throw std::runtime_error(to_string(last_error("connect").error));
  }
  if (const auto error = set_option(socket, IPPROTO_UDP, UDP_SEGMENT, kHeaderSize, "set UDP_SEGMENT")) {
    throw std::runtime_error(to_string(*error));
  }
  return socket;
}

}  // namespace

RequestSocket::RequestSocket(const Endpoint& server) : socket_(open_to(server)) {
  const auto request = fakes::bytes_of(fakes::query());
  for (std::size_t i = 0; i < kLongestBurst; ++i) burst_.insert(burst_.end(), request.begin(), request.end());
}

void RequestSocket::send(std::size_t requests) const {
  if (::send(socket_.get(), burst_.data(), requests * kHeaderSize, 0) < 0) {
    throw std::runtime_error(to_string(last_error("send").error));
  }
}

}  // namespace isletime::bench
