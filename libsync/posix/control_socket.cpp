// SPDX-License-Identifier: MIT
#include "libsync/posix/control_socket.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>

namespace isletime {
namespace {

constexpr std::string_view kTooLong =
    R"({"error":"too-long","message":"a request is one line of at most 4096 bytes"})";
constexpr std::string_view kTooLarge = R"({"error":"too-large","message":"the reply has more than 256 KiB"})";

short flags(int value) {
  return static_cast<short>(value);
}

}  // namespace

Result<ControlServer, SocketFailure> ControlServer::open(const std::string& path,
                                                         std::optional<uid_t> account) {
  auto listener = SocketFile::listen(path, account);
  if (!listener) return Unexpected{listener.error()};
  return ControlServer{std::move(*listener)};
}

bool ControlServer::is_done(const Client& client) {
  if (client.is_broken) return true;
  if (!client.output.empty()) return false;
  if (client.is_refused) return true;
  return client.has_ended && !client.awaits_reply && !has_line(client) && client.topics.empty();
}

short ControlServer::events_of(const Client& client) {
  if (!client.output.empty()) return POLLOUT;
  if (client.awaits_reply) return 0;
  // The client has sent a whole line already, so the next turn must come at once.
  if (has_line(client)) return POLLOUT;
  return client.has_ended ? flags(0) : flags(POLLIN);
}

void ControlServer::append_pollfds(std::vector<pollfd>& polled) {
  std::erase_if(clients_, is_done);
  if (!rests_) polled.push_back({listener_.socket().get(), POLLIN, 0});
  for (const Client& client : clients_) polled.push_back({client.socket.get(), events_of(client), 0});
}

std::optional<ControlServer::Request> ControlServer::on_poll(std::span<const pollfd> polled) {
  rests_ = false;
  bool has_newcomers = false;
  for (const pollfd& entry : polled) {
    if (entry.revents == 0) continue;
    if (entry.fd == listener_.socket().get()) has_newcomers = true;
    const auto client = std::find_if(clients_.begin(), clients_.end(), [&entry](const Client& candidate) {
      return candidate.socket.get() == entry.fd;
    });
    if (client == clients_.end()) continue;
    on_event(*client, entry.revents);
  }
  // New clients are appended last, so that they get no events of an earlier client with the same descriptor.
  if (has_newcomers) accept_all();
  return take_request();
}

void ControlServer::on_event(Client& client, short events) {
  constexpr short kGone = POLLHUP | POLLERR | POLLNVAL;
  const short awaited = events_of(client);
  if ((awaited & POLLIN) == 0 && (events & kGone) != 0) {
    client.is_broken = true;
    return;
  }
  if ((awaited & POLLIN) != 0) {
    read(client);
    if (client.has_ended && !has_line(client) && (events & kGone) != 0) client.is_broken = true;
  }
  flush(client);
  const bool is_too_long = client.input.find('\n') > kLargestControlRequest;
  if (is_too_long && client.input.size() > kLargestControlRequest && !client.awaits_reply)
    refuse(client.id, kTooLong);
}

void ControlServer::read(Client& client) {
  std::array<char, kLargestControlRequest + 1> buffer{};
  const std::size_t room = buffer.size() - std::min(client.input.size(), buffer.size());
  const ssize_t size = recv(client.socket.get(), buffer.data(), room, MSG_DONTWAIT);
  if (size > 0) {
    client.input.append(buffer.data(), static_cast<std::size_t>(size));
  } else if (size == 0) {
    client.has_ended = true;
    // The last line may lack its line end.
    if (!client.input.empty()) client.input += '\n';
  } else if (errno != EAGAIN && errno != EINTR) {
    client.is_broken = true;
  }
}

bool ControlServer::has_request(const Client& client) {
  return !client.is_broken && !client.is_refused && !client.awaits_reply && client.output.empty() &&
         has_line(client);
}

std::optional<ControlServer::Request> ControlServer::take_request() {
  const auto is_before = [](const Client& a, const Client& b) {
    return std::tuple{!has_request(a), a.last_active} < std::tuple{!has_request(b), b.last_active};
  };
  const auto next = std::min_element(clients_.begin(), clients_.end(), is_before);
  if (next == clients_.end() || !has_request(*next)) return std::nullopt;
  const auto end = next->input.find('\n');
  std::string line = next->input.substr(0, end);
  next->input.erase(0, end + 1);
  next->awaits_reply = true;
  next->last_active = ++turn_;
  return Request{next->id, next->peer, std::move(line)};
}

void ControlServer::flush(Client& client) {
  while (!client.is_broken && !client.output.empty()) {
    const ssize_t sent = ::send(client.socket.get(), client.output.data(),
                                std::min(client.output.size(), kMostSentATurn), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) client.output.erase(0, static_cast<std::size_t>(sent));
    if (sent > 0 || errno == EAGAIN) return;
    if (errno != EINTR) client.is_broken = true;
  }
}

void ControlServer::send(Client& client, std::string_view line) {
  if (client.is_refused) return;
  if (client.output.size() + line.size() + 1 > kLargestControlReply) {
    // The client does not read.
    client.is_broken = true;
    return;
  }
  client.output += line;
  client.output += '\n';
  flush(client);
}

void ControlServer::reply(ClientId to, std::string_view line) {
  Client* client = find(to);
  if (client == nullptr) return;
  client->awaits_reply = false;
  send(*client, line.size() < kLargestControlReply ? line : kTooLarge);
}

void ControlServer::refuse(ClientId to, std::string_view line) {
  reply(to, line);
  if (Client* client = find(to)) client->is_refused = true;
}

void ControlServer::follow(ClientId who, std::string_view topic) {
  Client* client = find(who);
  if (client == nullptr) return;
  auto& topics = client->topics;
  if (std::find(topics.begin(), topics.end(), topic) == topics.end()) topics.emplace_back(topic);
}

bool ControlServer::is_followed(std::string_view topic) const {
  return std::any_of(clients_.begin(), clients_.end(), [topic](const Client& client) {
    return std::find(client.topics.begin(), client.topics.end(), topic) != client.topics.end();
  });
}

void ControlServer::publish(std::string_view topic, std::string_view line) {
  for (Client& client : clients_) {
    if (std::find(client.topics.begin(), client.topics.end(), topic) != client.topics.end()) {
      send(client, line);
    }
  }
}

void ControlServer::accept_all() {
  // Stop when the table is full: by the next turn some clients may have gone, so that none that stays is
  // dropped for a new one.
  for (std::size_t i = 0; i < kMostControlClients; ++i) {
    if (!accept_one() || clients_.size() == kMostControlClients) return;
  }
}

bool ControlServer::accept_one() {
  Fd socket{accept(listener_.socket().get(), nullptr, nullptr)};
  if (!socket.is_open()) {
    rests_ = errno != EAGAIN && errno != EINTR && errno != ECONNABORTED;
    return false;
  }
  auto peer = peer_of(socket);
  if (!peer || fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0 ||
      fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) {
    return true;
  }
  std::erase_if(clients_, is_done);
  if (clients_.size() == kMostControlClients) make_room(peer->uid);
  clients_.push_back({.id = ++last_id_,
                      .socket = std::move(socket),
                      .peer = std::move(*peer),
                      .last_active = ++turn_,
                      .input = {},
                      .output = {},
                      .topics = {}});
  return true;
}

void ControlServer::make_room(uid_t newcomer) {
  const auto clients_of = [this, newcomer](uid_t user) {
    return std::count_if(clients_.begin(), clients_.end(),
                         [user](const Client& client) { return client.peer.uid == user; }) +
           (user == newcomer ? 1 : 0);
  };
  // Picks a client of the user who has the most clients: preferably one that follows no topic, then the one
  // that has been silent the longest.
  const auto rank = [&clients_of](const Client& client) {
    return std::tuple{-clients_of(client.peer.uid), !client.topics.empty(), client.last_active};
  };
  clients_.erase(std::min_element(clients_.begin(), clients_.end(),
                                  [&rank](const Client& a, const Client& b) { return rank(a) < rank(b); }));
}

ControlServer::Client* ControlServer::find(ClientId id) {
  const auto found =
      std::find_if(clients_.begin(), clients_.end(), [id](const Client& client) { return client.id == id; });
  return found == clients_.end() ? nullptr : &*found;
}

}  // namespace isletime
