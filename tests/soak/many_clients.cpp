// SPDX-License-Identifier: MIT
#include "tests/soak/many_clients.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>

#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime::soak {
namespace {

constexpr std::size_t kBatchSize = 64;

Fd open_to(const Endpoint& server) {
  Fd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const Endpoint any{server.address.is_v4() ? IpAddress::v4(0) : IpAddress{}};
  if (const auto error = bind_to(socket, any)) throw std::runtime_error(to_string(*error));
  if (const auto error = report_local_address(socket, true)) throw std::runtime_error(to_string(*error));
  // The buffer holds the replies that arrive between two reads, about a thousand.
  if (const auto error = set_option(socket, SOL_SOCKET, SO_RCVBUF, 1 << 20, "set SO_RCVBUF")) {
    throw std::runtime_error(to_string(*error));
  }
  return socket;
}

void put_source(msghdr& message, ControlBuffer& buffer, IpAddress source) {
  in_pktinfo info{};
  info.ipi_spec_dst = to_in_addr(source);
  message.msg_control = buffer.bytes;
  message.msg_controllen = CMSG_SPACE(sizeof info);
  std::memset(buffer.bytes, 0, CMSG_SPACE(sizeof info));
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_IP;
  header->cmsg_type = IP_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
}

}  // namespace

ManyClients::ManyClients(const Endpoint& server) : server_(server), socket_(open_to(server)) {}

std::size_t ManyClients::send(const std::vector<Outgoing>& datagrams) const {
  SocketAddress to = to_socket_address(server_);
  std::array<mmsghdr, kBatchSize> messages{};
  std::array<iovec, kBatchSize> vectors{};
  std::array<ControlBuffer, kBatchSize> controls{};
  const std::size_t count = std::min(datagrams.size(), kBatchSize);
  for (std::size_t i = 0; i < count; ++i) {
    auto* bytes = const_cast<std::uint8_t*>(datagrams[i].bytes.data());  // NOLINT: iovec is for both ways
    vectors[i] = {bytes, datagrams[i].bytes.size()};
    msghdr& message = messages[i].msg_hdr;
    message.msg_name = &to.generic;
    message.msg_namelen = to.length;
    message.msg_iov = &vectors[i];
    message.msg_iovlen = 1;
    put_source(message, controls[i], datagrams[i].from);
  }
  const int sent = sendmmsg(socket_.get(), messages.data(), static_cast<unsigned>(count), 0);
  return static_cast<std::size_t>(std::max(sent, 0));
}

void ManyClients::receive(const std::function<void(Bytes, const Endpoint&, IpAddress)>& take) const {
  std::array<mmsghdr, kBatchSize> messages{};
  std::array<iovec, kBatchSize> vectors{};
  std::array<ControlBuffer, kBatchSize> controls{};
  std::array<SocketAddress, kBatchSize> senders{};
  std::array<std::array<std::uint8_t, 2048>, kBatchSize> buffers;  // NOLINT: the kernel fills what is read
  for (int count = kBatchSize; count == static_cast<int>(kBatchSize);) {
    for (std::size_t i = 0; i < kBatchSize; ++i) {
      vectors[i] = {buffers[i].data(), buffers[i].size()};
      msghdr& message = messages[i].msg_hdr;
      message = {};
      message.msg_name = &senders[i].generic;
      message.msg_namelen = sizeof senders[i].v6;
      message.msg_iov = &vectors[i];
      message.msg_iovlen = 1;
      message.msg_control = controls[i].bytes;
      message.msg_controllen = sizeof controls[i].bytes;
    }
    count = recvmmsg(socket_.get(), messages.data(), kBatchSize, MSG_DONTWAIT, nullptr);
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i) {
      senders[i].length = messages[i].msg_hdr.msg_namelen;
      const auto from = to_endpoint(senders[i]);
      const auto to = read_ancillary(messages[i].msg_hdr).local;
      if (!from || !to) continue;
      take(Bytes{buffers[i].data(), messages[i].msg_len}, *from, to->address);
    }
  }
}

}  // namespace isletime::soak
