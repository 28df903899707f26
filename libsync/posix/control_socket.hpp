// SPDX-License-Identifier: MIT
// The daemon's side of its control socket: a few local clients that exchange lines with it, in a loop around
// poll(2). Each turn takes one request and sends each client only a part of its pending output, so that the
// loop soon returns to its other work. It never waits for a client; one that does not read, sends endless
// lines, or is one too many is dropped. If there are too many, the user with the most clients loses one, so
// that nobody can keep others out.
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
inline constexpr std::size_t kLargestControlReply = std::size_t{256} * 1024;  // pending bytes for a client
inline constexpr std::size_t kMostSentATurn = std::size_t{64} * 1024;         // bytes to a client

class ControlServer {
 public:
  using ClientId = std::uint64_t;  // never used twice

  struct Request {
    ClientId from;
    Peer peer;
    std::string line;  // without its end; arbitrary bytes
  };

  // Anybody may connect to the socket; `account` is as in SocketFile.
  static Result<ControlServer, SocketFailure> open(const std::string& path,
                                                   std::optional<uid_t> account = {});

  // Appends the descriptors to wait for; must be called before each poll(2).
  void append_pollfds(std::vector<pollfd>& polled);
  // `polled` may contain other descriptors. Returns the request of the client that has waited the longest, if
  // there is one. The caller must call reply() or refuse() before that client's next request is taken.
  std::optional<Request> on_poll(std::span<const pollfd> polled);

  // Lines are passed without their end. Clients that have gone are skipped.
  void reply(ClientId to, std::string_view line);
  void refuse(ClientId to, std::string_view line);  // sends the last line

  // From now on the client gets the lines published under the topic.
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
    bool has_ended = false;   // the client sends no more
    bool is_refused = false;  // to be closed once its output is sent
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
  bool rests_ = false;  // accept failed for lack of resources; wait for another event
};

}  // namespace isletime
