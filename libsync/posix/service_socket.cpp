// SPDX-License-Identifier: MIT
#include "libsync/posix/service_socket.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {
namespace {

constexpr std::size_t kBatchSize = 8;  // more was measured to gain nothing
// Longer requests are cut and so refused as malformed; no NTP client sends any.
constexpr std::size_t kLongestRequest = 1024;

// The control message that makes a datagram leave from `local`.
template <class Info>
void put_source(msghdr& message, ControlBuffer& buffer, int level, int type, const Info& info) {
  message.msg_control = buffer.bytes;
  message.msg_controllen = CMSG_SPACE(sizeof info);
  std::memset(buffer.bytes, 0, CMSG_SPACE(sizeof info));
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
}

void put_source(msghdr& message, ControlBuffer& buffer, const Endpoint& local) {
  if (local.address.is_v4()) {
    in_pktinfo info{};
    info.ipi_spec_dst = to_in_addr(local.address);
    put_source(message, buffer, IPPROTO_IP, IP_PKTINFO, info);
    return;
  }
  in6_pktinfo info{};
  info.ipi6_addr = to_in6_addr(local.address);
  info.ipi6_ifindex = local.address.is_link_local_v6() ? local.scope : 0;
  put_source(message, buffer, IPPROTO_IPV6, IPV6_PKTINFO, info);
}

std::optional<SysError> prepare(const Fd& socket, const Endpoint& local, ServiceSocket::Sharing sharing) {
  const bool is_v4 = local.address.is_v4();
  if (local.address.is_any()) {
    if (const auto error = report_local_address(socket, is_v4)) return error;
  }
  if (is_v4) {
    // 48 bytes fit any path; without fragmentation the kernel need not choose an identification.
    if (const auto error =
            set_option(socket, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO, "set IP_MTU_DISCOVER")) {
      return error;
    }
  }
  // Set after binding on the first, so that it fails where another program shares the port too.
  const auto share = [&] { return set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1, "set SO_REUSEPORT"); };
  if (sharing == ServiceSocket::Sharing::kFurther) {
    if (const auto error = share()) return error;
    return bind_to(socket, local);
  }
  if (const auto error = bind_to(socket, local)) return error;
  return share();
}

}  // namespace

struct ServiceSocket::Batch {
  std::array<mmsghdr, kBatchSize> messages{};
  std::array<iovec, kBatchSize> vectors{};
  std::array<SocketAddress, kBatchSize> senders{};
  std::array<ControlBuffer, kBatchSize> controls{};
  std::array<std::array<std::uint8_t, kLongestRequest>, kBatchSize> buffers{};
  std::array<Arrival, kBatchSize> arrivals{};

  void rewind(std::size_t slot) {
    msghdr& header = messages[slot].msg_hdr;
    header.msg_name = &senders[slot].generic;
    header.msg_namelen = sizeof senders[slot].v6;
    header.msg_control = controls[slot].bytes;
    header.msg_controllen = sizeof controls[slot].bytes;
  }
};

ServiceSocket::ServiceSocket(Fd socket, const Endpoint& local)
    : socket_(std::move(socket)), local_(local), batch_(std::make_unique<Batch>()) {
  for (std::size_t i = 0; i < kBatchSize; ++i) {
    batch_->vectors[i] = {batch_->buffers[i].data(), kLongestRequest};
    batch_->messages[i].msg_hdr.msg_iov = &batch_->vectors[i];
    batch_->messages[i].msg_hdr.msg_iovlen = 1;
    batch_->rewind(i);
  }
}

ServiceSocket::ServiceSocket(ServiceSocket&&) noexcept = default;
ServiceSocket& ServiceSocket::operator=(ServiceSocket&&) noexcept = default;
ServiceSocket::~ServiceSocket() = default;

Result<ServiceSocket, SysError> ServiceSocket::open(const Endpoint& local, Sharing sharing) {
  auto socket = open_udp(local.address, Stamps::kReceive);
  if (!socket) return Unexpected{socket.error()};
  if (const auto error = prepare(*socket, local, sharing)) return Unexpected{*error};
  const auto bound = local_endpoint(*socket);
  if (!bound) return Unexpected{bound.error()};
  return ServiceSocket{*std::move(socket), *bound};
}

std::span<const Arrival> ServiceSocket::receive(Wait wait) {
  Batch& batch = *batch_;
  const int flags = wait == Wait::kForOne ? MSG_WAITFORONE : MSG_DONTWAIT;
  const int count = recvmmsg(socket_.get(), batch.messages.data(), kBatchSize, flags, nullptr);
  std::size_t filled = 0;
  for (std::size_t slot = 0; slot < static_cast<std::size_t>(std::max(count, 0)); ++slot) {
    const mmsghdr& message = batch.messages[slot];
    batch.senders[slot].length = message.msg_hdr.msg_namelen;
    const Ancillary ancillary = read_ancillary(message.msg_hdr);
    if (const auto from = to_endpoint(batch.senders[slot])) {
      Endpoint to = ancillary.local.value_or(local_);
      to.port = local_.port;
      batch.arrivals[filled++] = {{batch.buffers[slot].data(), message.msg_len},
                                  *from,
                                  to,
                                  ancillary.stamp ? *ancillary.stamp : wall_now(),
                                  slot};
    }
    batch.rewind(slot);
  }
  return {batch.arrivals.data(), filled};
}

bool ServiceSocket::reply(const Arrival& request, Bytes bytes) {
  SocketAddress& to = batch_->senders[request.slot];
  if (!local_.address.is_any()) {
    return sendto(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT, &to.generic, to.length) >= 0;
  }
  iovec vector{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_name = &to.generic;
  message.msg_namelen = to.length;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  ControlBuffer control;
  put_source(message, control, request.to);
  return sendmsg(socket_.get(), &message, MSG_DONTWAIT) >= 0;
}

void ServiceSocket::shut_down() {
  // Reports ENOTCONN on a UDP socket, yet wakes whoever waits on it.
  ::shutdown(socket_.get(), SHUT_RDWR);
}

}  // namespace isletime
