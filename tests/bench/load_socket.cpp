// SPDX-License-Identifier: MIT
#include "tests/bench/load_socket.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::bench {
namespace {

[[noreturn]] void fail(const SysError& error) {
  throw std::runtime_error(to_string(error));
}

// Makes the socket's filter drop replies of this size and pass everything else.
void drop_replies(const Fd& socket, std::size_t size) {
  constexpr std::uint32_t kUdpHeader = 8;  // a UDP socket's filter sees this first
  std::array<sock_filter, 7> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(kUdpHeader + size), 0, 4),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kUdpHeader),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 7),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(Mode::kServer), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffff'ffff),
  }};
  const sock_fprog filter{program.size(), program.data()};
  if (setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    fail({errno, "set SO_ATTACH_FILTER"});
  }
}

std::vector<std::uint8_t> make_request(const Key* key) {
  const auto header = fakes::bytes_of(fakes::query());
  std::vector<std::uint8_t> request(header.begin(), header.end());
  if (key != nullptr) {
    const SentMac mac(*key, header);
    request.insert(request.end(), mac.bytes().begin(), mac.bytes().end());
  }
  return request;
}

}  // namespace

LoadSocket::LoadSocket(const Endpoint& server, const Key* key)
    : socket_{::socket(server.address.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
  const auto request = make_request(key);
  request_size_ = request.size();
  for (std::size_t i = 0; i < kLongestBurst; ++i) burst_.insert(burst_.end(), request.begin(), request.end());
  const auto size = static_cast<int>(request_size_);
  if (const auto error = set_option(socket_, IPPROTO_UDP, UDP_SEGMENT, size, "set UDP_SEGMENT")) fail(*error);
  drop_replies(socket_, request_size_);
  const SocketAddress address = to_socket_address(server);
  if (connect(socket_.get(), &address.generic, address.length) != 0) {
    fail({errno, "connect"});
  }
}

void LoadSocket::send(std::size_t requests) const {
  if (::send(socket_.get(), burst_.data(), requests * request_size_, 0) < 0) {
    fail({errno, "send"});
  }
}

std::uint32_t LoadSocket::replies() const {
  std::array<std::uint32_t, SK_MEMINFO_VARS> values{};
  socklen_t size = sizeof values;
  if (getsockopt(socket_.get(), SOL_SOCKET, SO_MEMINFO, values.data(), &size) != 0) {
    fail({errno, "get SO_MEMINFO"});
  }
  if (values[SK_MEMINFO_RMEM_ALLOC] != 0) throw std::runtime_error("what the server sends is no reply");
  return values[SK_MEMINFO_DROPS];
}

}  // namespace isletime::bench
