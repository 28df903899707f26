// SPDX-License-Identifier: MIT
#include "tests/soak/spoofer.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime::soak {
namespace {

constexpr std::size_t kIpHeader = 20;
constexpr std::size_t kUdpHeader = 8;

}  // namespace

Spoofer::Spoofer(const Endpoint& server)
    : server_(server), socket_(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW)) {
  if (!socket_.is_open()) throw std::runtime_error(to_string(last_error("open a raw socket").error));
}

// The UDP checksum is left out, as IPv4 allows; the kernel adds the IP checksum (RFC 791, RFC 768).
void Spoofer::send(Bytes payload) {
  const std::array<Endpoint, 8> sources{{
      server_,
      {IpAddress::v4(0x7f00'0001), server_.port},
      {IpAddress::v4(0xffff'ffff), server_.port},
      {IpAddress::v4(0xe000'0101), server_.port},
      {IpAddress::v4(0), 50'000},
      {IpAddress::v4(0xcb00'7107), server_.port},
      {IpAddress::v4(0xcb00'7108), 50'001},
      {IpAddress::v4(0x0a40'0101), 0},
  }};
  const Endpoint& source = sources[sent_++ % sources.size()];
  std::vector<std::uint8_t> packet(kIpHeader + kUdpHeader + payload.size());
  const MutableBytes bytes{packet};
  packet[0] = 0x45;  // version 4, 20 bytes
  packet[8] = 64;    // TTL
  packet[9] = IPPROTO_UDP;
  store_be32(bytes, 12, source.address.v4_value());
  store_be32(bytes, 16, server_.address.v4_value());
  store_be16(bytes, kIpHeader, source.port);
  store_be16(bytes, kIpHeader + 2, server_.port);
  store_be16(bytes, kIpHeader + 4, static_cast<std::uint16_t>(kUdpHeader + payload.size()));
  std::copy(payload.begin(), payload.end(), packet.begin() + kIpHeader + kUdpHeader);
  const SocketAddress to = to_socket_address({server_.address, 0});
  // If our own network refuses the packet, it counts as dropped on the way.
  [[maybe_unused]] const auto sent =
      sendto(socket_.get(), packet.data(), packet.size(), 0, &to.generic, to.length);
}

}  // namespace isletime::soak
