// SPDX-License-Identifier: MIT
#include "tests/fakes/lying_server.hpp"

#include <stdexcept>
#include <utility>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::fakes {
namespace {

ServiceSocket open_on_loopback() {
  auto socket = ServiceSocket::open(Endpoint{IpAddress::v4(0x7f00'0001)}, ServiceSocket::Sharing::kFirst);
  if (!socket) throw std::runtime_error(to_string(socket.error()));
  return *std::move(socket);
}

}  // namespace

LyingServer::LyingServer(Answer answer, From from, When when)
    : answer_(std::move(answer)),
      from_(from),
      when_(when),
      socket_(open_on_loopback()),
      other_socket_(open_on_loopback()),
      thread_([this] { work(); }) {}

LyingServer::~LyingServer() {
  stopping_ = true;
  socket_.shut_down();
  thread_.join();
}

bool LyingServer::is_asked_again(std::size_t times) {
  std::unique_lock lock(mutex_);
  return is_asked_.wait_for(lock, std::chrono::minutes{1},
                            [this, enough = asked_ + times] { return asked_ >= enough; });
}

std::size_t LyingServer::next_number() {
  const std::lock_guard lock(mutex_);
  is_asked_.notify_all();
  return asked_++;
}

void LyingServer::work() {
  while (!stopping_) {
    for (const Arrival& arrival : socket_.receive(ServiceSocket::Wait::kForOne)) {
      const auto packet = parse(arrival.bytes);
      if (!packet) continue;
      const Header truth = honest_reply(packet->header, to_ntp(arrival.received), to_ntp(wall_now()));
      const Question question{
          packet->header, truth, next_number(), {arrival.bytes.begin(), arrival.bytes.end()}};
      pending_.push_back({arrival.from, answer_(question)});
      if (when_ == When::kWithTheNextQuery && question.number == 0) continue;
      for (const Pending& pending : std::exchange(pending_, {})) send(pending);
    }
  }
}

void LyingServer::send(const Pending& pending) {
  const SocketAddress to = to_socket_address(pending.to);
  const auto& socket = from_ == From::kAnotherPort ? other_socket_ : socket_;
  for (const auto& bytes : pending.datagrams) {
    sendto(socket.descriptor(), bytes.data(), bytes.size(), 0, &to.generic, to.length);
  }
}

Datagrams only(const Header& header) {
  const auto bytes = bytes_of(header);
  return {{bytes.begin(), bytes.end()}};
}

}  // namespace isletime::fakes
