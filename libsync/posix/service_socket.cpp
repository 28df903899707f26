// SPDX-License-Identifier: MIT
#include "libsync/posix/service_socket.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {
namespace {

// Longer requests are truncated and then refused as malformed; no NTP client sends any.
constexpr std::size_t kLongestRequest = 1024;

// The kernel's MSG_PROBE, which libc does not define: it finds the route without sending anything.
constexpr int kProbe = 0x10;

std::optional<SysError> prepare(const Fd& socket, const Endpoint& local, ServiceSocket::Sharing sharing) {
  const bool is_v4 = local.address.is_v4();
  if (local.address.is_any()) {
    if (const auto error = report_local_address(socket, is_v4)) return error;
  }
  if (is_v4) {
    // 48 bytes fit any path; without fragmentation the kernel need not choose an IP identification.
    if (const auto error =
            set_option(socket, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO, "set IP_MTU_DISCOVER")) {
      return error;
    }
  }
  // The first socket gets the option only after binding, so that binding fails if another program shares the
  // port.
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
    : socket_(std::move(socket)),
      local_(local),
      rehearsal_(local.address.is_v4()),
      batch_(std::make_unique<Batch>()) {
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
  auto socket = open_udp(local.address, Stamps::kReceiveAndRequested);
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
  return send({&request, bytes}, MSG_DONTWAIT);
}

ServiceSocket::Sent ServiceSocket::reply(std::span<const Reply> replies) {
  const WasSent sent = replies.size() == 1 ? WasSent{send(replies[0], MSG_DONTWAIT)} : send_all(replies);
  const auto stamped =
      std::find_if(replies.begin(), replies.end(), [](const Reply& r) { return r.is_stamped; });
  if (stamped == replies.end()) return {sent.count(), {}};
  if (sent[static_cast<std::size_t>(stamped - replies.begin())]) return {sent.count(), next_number_++};
  // Whether a failed reply has consumed a number depends on the failure, so numbering starts anew.
  ask_for_stamps(socket_, Stamps::kReceive);
  ask_for_stamps(socket_, Stamps::kReceiveAndRequested);
  next_number_ = 0;
  return {sent.count(), {}};
}

ServiceSocket::WasSent ServiceSocket::send_all(std::span<const Reply> replies) {
  std::array<mmsghdr, kMostReplies> messages{};
  std::array<iovec, kMostReplies> vectors;
  std::array<ControlBuffer, kMostReplies> controls;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    fill(messages[i].msg_hdr, vectors[i], controls[i], replies[i]);
  }
  WasSent was_sent;
  // The kernel stops at a reply that fails, perhaps because its client has gone; the next ones may still be
  // sent.
  for (std::size_t next = 0; next < replies.size(); ++next) {
    const auto rest = static_cast<unsigned>(replies.size() - next);
    const int sent = sendmmsg(socket_.get(), &messages[next], rest, MSG_DONTWAIT);
    for (int i = 0; i < sent; ++i) was_sent.set(next++);
  }
  return was_sent;
}

void ServiceSocket::find_way(const Arrival& request) {
  send({&request, {}}, MSG_DONTWAIT | MSG_CONFIRM | kProbe);
}

void ServiceSocket::fill(msghdr& message, iovec& vector, ControlBuffer& control, const Reply& reply) const {
  SocketAddress& to = batch_->senders[reply.request->slot];
  vector = {const_cast<std::uint8_t*>(reply.bytes.data()), reply.bytes.size()};
  message.msg_name = &to.generic;
  message.msg_namelen = to.length;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (local_.address.is_any()) {
    const Endpoint& from = reply.request->to;
    append_source(message, control, from.address, from.address.is_link_local_v6() ? from.scope : 0);
  }
  if (reply.is_stamped) append_stamp_request(message, control);
}

bool ServiceSocket::send(const Reply& reply, int flags) {
  if (!local_.address.is_any() && !reply.is_stamped) {
    const SocketAddress& to = batch_->senders[reply.request->slot];
    return sendto(socket_.get(), reply.bytes.data(), reply.bytes.size(), flags, &to.generic, to.length) >= 0;
  }
  msghdr message{};
  iovec vector;
  ControlBuffer control;
  fill(message, vector, control, reply);
  return sendmsg(socket_.get(), &message, flags) >= 0;
}

std::optional<ServiceSocket::TransmitStamp> ServiceSocket::next_transmit_stamp() {
  for (;;) {
    msghdr message{};
    ControlBuffer control;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    if (recvmsg(socket_.get(), &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return std::nullopt;
    const Ancillary ancillary = read_ancillary(message);
    if (ancillary.stamp && ancillary.number) return TransmitStamp{*ancillary.number, *ancillary.stamp};
  }
}

void ServiceSocket::shut_down() {
  // shutdown(2) reports ENOTCONN on a UDP socket, but still wakes a thread that waits on it.
  ::shutdown(socket_.get(), SHUT_RDWR);
}

}  // namespace isletime
