// SPDX-License-Identifier: MIT
// NTP service on one socket: each request of a batch is judged by policy and answered at once, its
// transmit stamp taken just before the send.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "libsync/policy/responder.hpp"
#include "libsync/posix/service_socket.hpp"
#include "libsync/posix/snapshot.hpp"
#include "tools/sntpd/access_list.hpp"

namespace isletime::sntpd {

struct Counters {
  std::uint64_t answered = 0;
  std::uint64_t unsent = 0;
  std::array<std::uint64_t, kRefusals> refused{};

  Counters& operator+=(const Counters& other);
};
// "answered 12; refused 3 not a request"
std::string to_string(const Counters& counters);

class Service {
 public:
  Service(ServiceSocket socket, const AccessList& access, const Snapshot<ServerState>& state)
      : socket_(std::move(socket)), access_(access), state_(&state) {}

  // Answers one batch.
  void serve(ServiceSocket::Wait wait);

  ServiceSocket& socket() { return socket_; }
  const ServiceSocket& socket() const { return socket_; }
  const Counters& counters() const { return counters_; }

 private:
  ServiceSocket socket_;
  AccessList::Reader access_;
  const Snapshot<ServerState>* state_;
  Counters counters_;
};

}  // namespace isletime::sntpd
