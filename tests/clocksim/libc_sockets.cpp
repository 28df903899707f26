// SPDX-License-Identifier: MIT
// Replaces libc's socket functions, poll(2) and select(2). It supports the calls that other public clock
// simulators support, and those of chronyd.
#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/clocksim/libc.hpp"

namespace isletime::clocksim {
namespace {

constexpr int kProbe = 0x10;  // MSG_PROBE sends nothing
constexpr double kForEver = 1e9;

template <class Address>
std::optional<Address> read_address(const void* name, socklen_t length) {
  if (name == nullptr || length < sizeof(Address)) return std::nullopt;
  Address address;
  std::memcpy(&address, name, sizeof address);
  return address;
}

void write_address(const sockaddr_in& address, void* name, socklen_t& length) {
  if (name == nullptr) return;
  std::memcpy(name, &address, std::min<std::size_t>(length, sizeof address));
  length = sizeof address;
}

// Appends control messages to a message being received.
class Control {
 public:
  explicit Control(msghdr& message) : message_(message), room_(message.msg_controllen) {
    message.msg_controllen = 0;
  }

  template <class Value>
  void add(int level, int type, const Value& value) {
    const std::size_t begin = message_.msg_controllen;
    if (message_.msg_control == nullptr || room_ - begin < CMSG_SPACE(sizeof value)) {
      refuse("no room for a control message");
    }
    auto* header = reinterpret_cast<cmsghdr*>(static_cast<char*>(message_.msg_control) + begin);
    std::memset(header, 0, CMSG_SPACE(sizeof value));
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(header), &value, sizeof value);
    message_.msg_controllen += CMSG_SPACE(sizeof value);
  }

 private:
  msghdr& message_;
  std::size_t room_;
};

bool asks_for_stamp(const msghdr& message) {
  for (const cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr;
       c = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(c))) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPING) return true;
  }
  return false;
}

scm_timestamping stamps(const timespec& software) {
  return {{software, {}, {}}};
}

ssize_t would_block() {
  errno = EWOULDBLOCK;
  return -1;
}

ssize_t receive_report(Socket& socket, msghdr& message) {
  if (socket.transmit_stamps.empty()) {
    // Other public simulators then drop a datagram; a client would lose its reply.
    if (socket.port == 0) refuse("an empty error queue was read: it would eat a reply");
    return would_block();
  }
  const TransmitStamp stamp = socket.transmit_stamps.front();
  socket.transmit_stamps.pop_front();
  Control control(message);
  control.add(SOL_SOCKET, SCM_TIMESTAMPING, stamps(stamp.at));
  sock_extended_err error{};
  error.ee_errno = ENOMSG;
  error.ee_origin = SO_EE_ORIGIN_TIMESTAMPING;
  error.ee_data = stamp.number;
  control.add(IPPROTO_IP, IP_RECVERR, error);
  message.msg_flags = MSG_ERRQUEUE;
  return 0;
}

ssize_t receive(int fd, msghdr& message, int flags) {
  Socket& socket = simulation().get(fd);
  if ((flags & MSG_ERRQUEUE) != 0) return receive_report(socket, message);
  if (message.msg_iovlen != 1) refuse("more than one iovec");
  const auto datagram = simulation().take_datagram(fd);
  if (!datagram) return would_block();
  const iovec& part = message.msg_iov[0];
  const std::size_t size = std::min(part.iov_len, datagram->size);
  std::memcpy(part.iov_base, datagram->bytes.data(), size);
  write_address(datagram->from, message.msg_name, message.msg_namelen);
  Control control(message);
  const timespec now = simulation().read(true);
  if (socket.stamping != 0) control.add(SOL_SOCKET, SCM_TIMESTAMPING, stamps(now));
  if (socket.stamps_nanoseconds) control.add(SOL_SOCKET, SCM_TIMESTAMPNS, now);
  if (socket.reports_address) {
    in_pktinfo info{};
    info.ipi_ifindex = 1;
    info.ipi_addr = info.ipi_spec_dst = address_of(kOwnNumber, 0).sin_addr;
    control.add(IPPROTO_IP, IP_PKTINFO, info);
  }
  message.msg_flags = 0;
  return static_cast<ssize_t>(size);
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace
}  // namespace isletime::clocksim

using namespace isletime::clocksim;

// libc's declarations use reserved names for the parameters.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
#pragma GCC visibility push(default)
extern "C" {

int socket(int domain, int type, int) noexcept {
  if (domain != AF_INET || type != SOCK_DGRAM) {
    errno = EINVAL;
    return -1;
  }
  return simulation().open(true);
}

int close(int fd) {
  if (simulation().find(fd) == nullptr) return libc<int (*)(int)>("close")(fd);
  simulation().close(fd);
  return 0;
}

int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  if (simulation().find(fd) != nullptr) return 0;
  return libc<int (*)(int, int, ...)>("fcntl")(fd, command, argument);
}

int setsockopt(int fd, int level, int name, const void* value, socklen_t) noexcept {
  Socket& socket = simulation().get(fd);
  if (level == SOL_SOCKET && name == SO_TIMESTAMPING) std::memcpy(&socket.stamping, value, sizeof(int));
  if (level == SOL_SOCKET && name == SO_TIMESTAMPNS) socket.stamps_nanoseconds = true;
  if (level == IPPROTO_IP && name == IP_PKTINFO) socket.reports_address = true;
  // This option requests the datagram itself on the error queue, which is not simulated.
  if (level == SOL_SOCKET && name == SO_SELECT_ERR_QUEUE) {
    errno = ENOPROTOOPT;
    return -1;
  }
  return 0;
}

int bind(int fd, const sockaddr* name, socklen_t length) noexcept {
  const auto address = read_address<sockaddr_in>(name, length);
  if (!address) refuse("bind to no IPv4 address");
  simulation().get(fd).port = ntohs(address->sin_port);
  return 0;
}

int connect(int fd, const sockaddr* name, socklen_t length) {
  Socket* socket = simulation().find(fd);
  if (socket == nullptr) {
    return libc<int (*)(int, const sockaddr*, socklen_t)>("connect")(fd, name, length);
  }
  socket->peer = read_address<sockaddr_in>(name, length);
  return 0;
}

int shutdown(int fd, int how) noexcept {
  return simulation().find(fd) != nullptr ? 0 : libc<int (*)(int, int)>("shutdown")(fd, how);
}

int getsockname(int fd, sockaddr* name, socklen_t* length) noexcept {
  const Socket& socket = simulation().get(fd);
  sockaddr_in address = address_of(kOwnNumber, socket.port);
  if (!socket.peer) address.sin_addr.s_addr = INADDR_ANY;
  write_address(address, name, *length);
  return 0;
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  Socket& socket = simulation().get(fd);
  if (message->msg_iovlen != 1) refuse("more than one iovec");
  const iovec& part = message->msg_iov[0];
  const auto to = message->msg_name != nullptr
                      ? read_address<sockaddr_in>(message->msg_name, message->msg_namelen)
                      : socket.peer;
  if (!to) refuse("sendmsg to nobody");
  if ((flags & kProbe) != 0) return 0;
  const bool is_stamped = (socket.stamping & SOF_TIMESTAMPING_TX_SOFTWARE) != 0 || asks_for_stamp(*message);
  simulation().send(fd, static_cast<const std::uint8_t*>(part.iov_base), part.iov_len, *to, is_stamped);
  return static_cast<ssize_t>(part.iov_len);
}

ssize_t sendto(int fd, const void* bytes, size_t size, int flags, const sockaddr* to, socklen_t length) {
  iovec part{const_cast<void*>(bytes), size};
  msghdr message{};
  message.msg_name = const_cast<sockaddr*>(to);
  message.msg_namelen = length;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return sendmsg(fd, &message, flags);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  return receive(fd, *message, flags);
}

int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec*) {
  if (count == 0) refuse("recvmmsg of no message");
  const ssize_t size = receive(fd, messages[0].msg_hdr, flags);
  if (size < 0) return -1;
  messages[0].msg_len = static_cast<unsigned>(size);
  return 1;
}

int sendmmsg(int, mmsghdr*, unsigned, int) {
  refuse("sendmmsg");
}

int poll(pollfd* polled, nfds_t count, int timeout) {
  Simulation& sim = simulation();
  int ready = 0;
  for (nfds_t i = 0; i < count; ++i) {
    polled[i].revents = 0;
    if (polled[i].fd < 0) continue;
    const bool has_stamp = !sim.get(polled[i].fd).transmit_stamps.empty();
    if ((polled[i].events & POLLPRI) == 0 || !has_stamp) continue;
    polled[i].revents = POLLPRI;
    ++ready;
  }
  if (ready > 0) return ready;
  if (timeout == 0 && count == 0) refuse("poll(2) that waits for nothing");
  if (sim.wait(timeout < 0 ? kForEver : timeout / 1000.0 + 1e-6)) {
    errno = EINTR;
    return -1;
  }
  for (nfds_t i = 0; i < count; ++i) {
    if (polled[i].fd < 0 || (polled[i].events & POLLIN) == 0 || !sim.has_datagram(polled[i].fd)) continue;
    polled[i].revents = POLLIN;
    ++ready;
  }
  if (ready == 0) sim.drop_unwanted();
  return ready;
}

int select(int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) {
  Simulation& sim = simulation();
  const fd_set wanted = readable != nullptr ? *readable : fd_set{};
  for (int fd = 0; fd < count; ++fd) {
    if (FD_ISSET(fd, &wanted)) sim.get(fd);
    if (writable != nullptr && FD_ISSET(fd, writable)) refuse("select(2) for writing");
  }
  for (fd_set* set : {readable, exceptional}) {
    if (set != nullptr) FD_ZERO(set);
  }
  if (sim.wait(timeout == nullptr ? kForEver : seconds_of(*timeout) + 1e-6)) {
    errno = EINTR;
    return -1;
  }
  int ready = 0;
  for (int fd = 0; fd < count; ++fd) {
    if (!FD_ISSET(fd, &wanted) || !sim.has_datagram(fd)) continue;
    FD_SET(fd, readable);
    ++ready;
  }
  if (ready == 0) sim.drop_unwanted();
  return ready;
}

int epoll_create1(int) noexcept {
  refuse("epoll");
}

int ppoll(pollfd*, nfds_t, const timespec*, const sigset_t*) {
  refuse("ppoll");
}

int pselect(int, fd_set*, fd_set*, fd_set*, const timespec*, const sigset_t*) {
  refuse("pselect");
}

}  // extern "C"
#pragma GCC visibility pop
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
