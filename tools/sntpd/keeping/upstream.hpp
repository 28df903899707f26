// SPDX-License-Identifier: MIT
// One server that we ask: policy's Client on a socket of its own, a new one for every query, so that
// each has a new random port (RFC 9109). With a key, queries are signed by it, and what comes without
// its signature is a forgery, whatever it says. What a reply is worth is for others to say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <poll.h>

#include "libsync/policy/client.hpp"
#include "libsync/posix/mac.hpp"
#include "libsync/posix/query_socket.hpp"
#include "tools/sntpd/serving/own_queries.hpp"

namespace isletime::sntpd {

// The query has no answer that could be used.
struct Lost {
  std::string why;                 // a clause for people
  std::optional<Reject> reject{};  // of the server's own answer
};
using QueryOutcome = std::variant<Measurement, Lost>;

// RFC 5905, section 9.2: of the last eight queries, the latest in the lowest bit.
class ReachRegister {
 public:
  void add(bool answered) { bits_ = static_cast<std::uint8_t>(bits_ << 1 | (answered ? 1 : 0)); }
  std::uint8_t bits() const { return bits_; }
  bool is_reachable() const { return bits_ != 0; }

 private:
  std::uint8_t bits_ = 0;
};

class Upstream {
 public:
  // `key`: outlives the object. None: queries are unsigned, and signed replies are not taken.
  explicit Upstream(const ClientConfig& config, const Key* key = nullptr)
      : server_(config.server), client_(config), key_(key) {}

  // Sends the query that is due, if one is, and notes it in `own_queries` before. Absent: none was, or it is
  // on its way.
  std::optional<QueryOutcome> ask(MonoTime now, std::uint64_t nonce, OwnQueries* own_queries = nullptr);
  // The transmit stamp of the last query.
  NtpTimestamp query() const { return query_; }
  // `revents`: what poll(2) reported for poll_entry(). Reads one report or reply, if there is any.
  std::optional<QueryOutcome> read(short revents, MonoTime now);

  pollfd poll_entry() const;
  MonoTime next_wakeup() const { return client_.next_wakeup(); }
  void set_interval(nanoseconds interval) { client_.set_interval(interval); }
  // The clock was set: what is under way is given up and asked again, and is no loss of the server's.
  void forget_exchange();

  const Endpoint& server() const { return server_; }
  const ReachRegister& reach() const { return reach_; }
  nanoseconds interval() const { return client_.interval(); }
  // The server told us to stop asking, and is asked once a day until it answers.
  bool is_stopped() const { return client_.is_stopped(); }
  std::optional<MonoTime> stopped_until() const { return client_.stopped_until(); }
  bool is_signed() const { return key_ != nullptr; }
  // Our own address, as its last answer had it.
  const std::optional<IpAddress>& local() const { return local_; }

 private:
  Result<WallTime, SysError> send(const Query& query);
  std::string no_reply() const;
  QueryOutcome lose(std::string why);

  Endpoint server_;
  Client client_;
  const Key* key_;
  std::optional<QuerySocket> socket_;
  ReachRegister reach_;
  std::optional<IpAddress> local_;
  NtpTimestamp query_;
  std::string trouble_;  // what came instead of an answer to the outstanding query
};

}  // namespace isletime::sntpd
