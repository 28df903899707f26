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
#include "tools/sntpd/client_log.hpp"
#include "tools/sntpd/served_time.hpp"

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
  // `secret`: a number that nobody can predict.
  Service(ServiceSocket socket, const AccessList& access, const Snapshot<ServedTime>& time,
          std::uint64_t secret)
      : socket_(std::move(socket)), access_(access), time_(&time), clients_(secret) {}

  // Answers one batch.
  void serve(ServiceSocket::Wait wait);

  ServiceSocket& socket() { return socket_; }
  const ServiceSocket& socket() const { return socket_; }
  const Counters& counters() const { return counters_; }
  // May be read while another thread serves.
  const ClientLog& clients() const { return clients_; }

 private:
  ServiceSocket socket_;
  AccessList::Reader access_;
  const Snapshot<ServedTime>* time_;
  Counters counters_;
  ClientLog clients_;
};

}  // namespace isletime::sntpd
