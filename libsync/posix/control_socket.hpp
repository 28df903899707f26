// SPDX-License-Identifier: MIT
// The daemon's side of its control socket: a few local clients that send lines and get lines, in a
// loop around poll(2). A turn of it takes one request, and sends each client some of what waits for it, so
// that the loop is soon back at its own work however many ask, and for however much. No client is waited for;
// one that does not read, sends lines without end, or is one too many is dropped. Whose turn it is to go when
// there are too many falls on the user who has the most, so that nobody can keep others out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>
#include <sys/types.h>

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/peer.hpp"
#include "libsync/posix/socket_file.hpp"

namespace isletime {

inline constexpr std::size_t kMostControlClients = 16;
inline constexpr std::size_t kLargestControlRequest = 4096;                   // bytes of a line
inline constexpr std::size_t kLargestControlReply = std::size_t{256} * 1024;  // bytes that wait for a client
inline constexpr std::size_t kMostSentATurn = std::size_t{64} * 1024;         // bytes to a client

class ControlServer {
 public:
  using ClientId = std::uint64_t;  // never used twice

  struct Request {
    ClientId from;
    Peer peer;
    std::string line;  // without its end; may be anything
  };

  // Anybody can connect to the socket; `account` as in SocketFile.
  static Result<ControlServer, SocketFailure> open(const std::string& path,
                                                   std::optional<uid_t> account = {});

  // The descriptors to wait for; called before each poll(2).
  void append_pollfds(std::vector<pollfd>& polled);
  // `polled` may hold descriptors of others. The request of who has waited the longest, if anybody has one;
  // it wants one reply() or refuse(), until which its client's next one waits.
  std::optional<Request> on_poll(std::span<const pollfd> polled);

  // Lines without their end. Clients that have gone are passed over.
  void reply(ClientId to, std::string_view line);
  void refuse(ClientId to, std::string_view line);  // its last line

  // From now on the client gets the lines that are published under the topic.
  void follow(ClientId who, std::string_view topic);
  bool is_followed(std::string_view topic) const;
  void publish(std::string_view topic, std::string_view line);

 private:
  struct Client {
    ClientId id;
    Fd socket;
    Peer peer;
    std::uint64_t last_active;  // in turns
    std::string input;
    std::string output;
    std::vector<std::string> topics;
    bool awaits_reply = false;
    bool has_ended = false;   // it sends no more
    bool is_refused = false;  // it is closed once it has its output
    bool is_broken = false;
  };

  explicit ControlServer(SocketFile listener) : listener_(std::move(listener)) {}

  static bool has_line(const Client& client) { return client.input.find('\n') != std::string::npos; }
  static bool has_request(const Client& client);
  static bool is_done(const Client& client);
  static short events_of(const Client& client);
  static void read(Client& client);
  static void flush(Client& client);
  static void send(Client& client, std::string_view line);

  void accept_all();
  bool accept_one();
  void make_room(uid_t newcomer);
  void on_event(Client& client, short events);
  std::optional<Request> take_request();
  Client* find(ClientId id);

  SocketFile listener_;
  std::vector<Client> clients_;
  ClientId last_id_ = 0;
  std::uint64_t turn_ = 0;
  bool rests_ = false;  // the system had no room for one more, so wait for something else to happen
};

}  // namespace isletime
