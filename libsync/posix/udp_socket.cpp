// SPDX-License-Identifier: MIT
#include "libsync/posix/udp_socket.hpp"

#include <cstring>

#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"

namespace isletime {
namespace {

template <class T>
T payload(const cmsghdr& message) {
  T value;
  std::memcpy(&value, CMSG_DATA(&message), sizeof value);
  return value;
}

std::optional<WallTime> stamp_of(const cmsghdr& message) {
  // The first of the three timestamps is the software one.
  const auto stamps = payload<scm_timestamping>(message);
  const nanoseconds since_epoch = seconds{stamps.ts[0].tv_sec} + nanoseconds{stamps.ts[0].tv_nsec};
  if (since_epoch == nanoseconds::zero()) return std::nullopt;
  return WallTime{since_epoch};
}

std::optional<int> icmp_error_of(const sock_extended_err& error) {
  if (error.ee_origin != SO_EE_ORIGIN_ICMP && error.ee_origin != SO_EE_ORIGIN_ICMP6) return std::nullopt;
  return static_cast<int>(error.ee_errno);
}

void read_message(const cmsghdr& message, Ancillary& out) {
  if (message.cmsg_level == SOL_SOCKET && message.cmsg_type == SCM_TIMESTAMPING) {
    out.stamp = stamp_of(message);
  } else if (message.cmsg_level == IPPROTO_IP && message.cmsg_type == IP_PKTINFO) {
    // For a broadcast, spec_dst is the address from which to reply; otherwise both are the destination.
    out.local = Endpoint{to_ip_address(payload<in_pktinfo>(message).ipi_spec_dst)};
  } else if (message.cmsg_level == IPPROTO_IPV6 && message.cmsg_type == IPV6_PKTINFO) {
    const auto info = payload<in6_pktinfo>(message);
    out.local = Endpoint{to_ip_address(info.ipi6_addr), 0, info.ipi6_ifindex};
  } else if ((message.cmsg_level == IPPROTO_IP && message.cmsg_type == IP_RECVERR) ||
             (message.cmsg_level == IPPROTO_IPV6 && message.cmsg_type == IPV6_RECVERR)) {
    const auto error = payload<sock_extended_err>(message);
    out.error = icmp_error_of(error);
    if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING) out.number = error.ee_data;
  }
}

template <class Value>
void append_control(msghdr& message, ControlBuffer& buffer, int level, int type, const Value& value) {
  auto* header = reinterpret_cast<cmsghdr*>(buffer.bytes + message.msg_controllen);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
  message.msg_control = buffer.bytes;
  message.msg_controllen += CMSG_SPACE(sizeof value);
}

}  // namespace

std::optional<SysError> set_option(const Fd& socket, int level, int name, int value, const char* operation) {
  if (setsockopt(socket.get(), level, name, &value, sizeof value) == 0) return std::nullopt;
  return SysError{errno, operation};
}

std::optional<SysError> ask_for_stamps(const Fd& socket, Stamps stamps) {
  unsigned flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
  switch (stamps) {
    case Stamps::kReceive:
      break;
    case Stamps::kReceiveAndTransmit:
      flags |= SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY;
      break;
    case Stamps::kReceiveAndRequested:
      flags |= SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
      break;
  }
  return set_option(socket, SOL_SOCKET, SO_TIMESTAMPING, static_cast<int>(flags), "set SO_TIMESTAMPING");
}

Result<Fd, SysError> open_udp(IpAddress local, Stamps stamps) {
  const bool is_v4 = local.is_v4();
  Fd socket{::socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0)};
  if (!socket.is_open()) return last_error("socket");
  // socket(2) gets no SOCK_CLOEXEC, because clock simulators that replace libc refuse it.
  if (fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0) return last_error("fcntl");
  if (!is_v4) {
    if (const auto error = set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, "set IPV6_V6ONLY")) {
      return Unexpected{*error};
    }
  }
  if (const auto error = ask_for_stamps(socket, stamps)) return Unexpected{*error};
  return socket;
}

std::optional<SysError> bind_to(const Fd& socket, const Endpoint& local) {
  const SocketAddress address = to_socket_address(local);
  if (::bind(socket.get(), &address.generic, address.length) == 0) return std::nullopt;
  return SysError{errno, "bind"};
}

std::optional<SysError> report_local_address(const Fd& socket, bool is_v4) {
  if (is_v4) return set_option(socket, IPPROTO_IP, IP_PKTINFO, 1, "set IP_PKTINFO");
  return set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "set IPV6_RECVPKTINFO");
}

Result<Endpoint, SysError> local_endpoint(const Fd& socket) {
  SocketAddress address{};
  address.length = sizeof address.v6;
  if (getsockname(socket.get(), &address.generic, &address.length) != 0) return last_error("getsockname");
  const auto endpoint = to_endpoint(address);
  if (!endpoint) return Unexpected{SysError{EAFNOSUPPORT, "getsockname"}};
  return *endpoint;
}

Ancillary read_ancillary(const msghdr& message) {
  Ancillary out;
  for (const cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr;
       c = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(c))) {
    read_message(*c, out);
  }
  return out;
}

void append_source(msghdr& message, ControlBuffer& buffer, IpAddress from, std::uint32_t interface) {
  if (from.is_v4()) {
    in_pktinfo info{};
    info.ipi_ifindex = static_cast<int>(interface);
    info.ipi_spec_dst = to_in_addr(from);
    append_control(message, buffer, IPPROTO_IP, IP_PKTINFO, info);
    return;
  }
  in6_pktinfo info{};
  info.ipi6_ifindex = interface;
  info.ipi6_addr = to_in6_addr(from);
  append_control(message, buffer, IPPROTO_IPV6, IPV6_PKTINFO, info);
}

void append_stamp_request(msghdr& message, ControlBuffer& buffer) {
  append_control(message, buffer, SOL_SOCKET, SO_TIMESTAMPING, std::uint32_t{SOF_TIMESTAMPING_TX_SOFTWARE});
}

}  // namespace isletime
