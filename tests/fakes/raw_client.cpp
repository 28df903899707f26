// SPDX-License-Identifier: MIT
#include "tests/fakes/raw_client.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::fakes {
namespace {

constexpr int kPatienceMs = 30'000;

}  // namespace

Header query(std::uint8_t version, Mode mode, std::uint64_t nonce) {
  Header header;
  header.version = version;
  header.mode = mode;
  header.poll = 6;
  header.transmit = NtpTimestamp::from_raw(nonce);
  return header;
}

RawClient::RawClient(IpAddress server, std::uint16_t port, std::optional<IpAddress> source)
    : server_{server, port} {
  auto socket = open_udp(server, Stamps::kReceive);
  if (!socket) throw std::runtime_error(to_string(socket.error()));
  socket_ = *std::move(socket);
  if (!source) return;
  if (const auto error = bind_to(socket_, Endpoint{*source})) throw std::runtime_error(to_string(*error));
}

void RawClient::send(Bytes bytes) const {
  const SocketAddress to = to_socket_address(server_);
  sendto(socket_.get(), bytes.data(), bytes.size(), 0, &to.generic, to.length);
}

void RawClient::send(const Header& header) const {
  send(Bytes{bytes_of(header)});
}

std::optional<Answered> RawClient::receive() const {
  pollfd polled{socket_.get(), POLLIN, 0};
  if (poll(&polled, 1, kPatienceMs) != 1) return std::nullopt;
  std::array<std::uint8_t, 2048> buffer{};
  SocketAddress from{};
  from.length = sizeof from.v6;
  const ssize_t size = recvfrom(socket_.get(), buffer.data(), buffer.size(), 0, &from.generic, &from.length);
  const auto sender = to_endpoint(from);
  if (size < 0 || !sender) return std::nullopt;
  return Answered{{buffer.begin(), buffer.begin() + size}, *sender};
}

std::optional<Answered> RawClient::ask(const Header& header) const {
  send(header);
  auto answer = receive();
  while (answer && answer->from != server_) answer = receive();
  return answer;
}

bool RawClient::has_answer() const {
  pollfd polled{socket_.get(), POLLIN, 0};
  return poll(&polled, 1, 0) == 1;
}

bool RawClient::is_ignored(Bytes bytes) const {
  constexpr std::uint64_t kMarker = 0x0bad'cafe'0bad'cafe;
  send(bytes);
  const auto answer = ask(query(4, Mode::kClient, kMarker));
  return answer && answer->header().origin == NtpTimestamp::from_raw(kMarker);
}

}  // namespace isletime::fakes
