// SPDX-License-Identifier: MIT
// One server that is polled: a Client with a new socket for every query, so that each query has a new random
// port (RFC 9109). With a key, queries are signed, and replies without its signature count as forgeries. The
// hub decides whether the server is believed.
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

// The query has no reply that can be used.
struct Lost {
  std::string why;                 // a clause for people
  std::optional<Reject> reject{};  // of the server's reply; nothing if there was none
};
using QueryOutcome = std::variant<Measurement, Lost>;

// RFC 5905, section 9.2: whether the last eight queries were answered, the latest in the lowest bit.
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
  // `key` must outlive the object. Without it queries are not signed, and signed replies are rejected.
  explicit Upstream(const ClientConfig& config, const Key* key = nullptr)
      : server_(config.server), client_(config), key_(key) {}

  // Sends a query if one is due, after adding it to `own_queries`. Returns an outcome if the query failed, or
  // if the one before has had no reply in time.
  std::optional<QueryOutcome> ask(MonoTime now, std::uint64_t nonce, OwnQueries* own_queries = nullptr);
  // The transmit timestamp of the last query.
  NtpTimestamp query() const { return query_; }
  // Reads a report and a reply, if there are any. `revents` is what poll(2) reported for poll_entry().
  std::optional<QueryOutcome> read(short revents, MonoTime now);

  pollfd poll_entry() const;
  MonoTime next_wakeup() const { return client_.next_wakeup(); }
  void set_interval(nanoseconds interval) { client_.set_interval(interval); }
  // Drops the query under way because the clock was set. It is sent again, and does not count as lost.
  void forget_exchange();

  const Endpoint& server() const { return server_; }
  const ReachRegister& reach() const { return reach_; }
  nanoseconds interval() const { return client_.interval(); }
  // Returns whether the server told us to stop. It is then asked once a day until it answers.
  bool is_stopped() const { return client_.is_stopped(); }
  std::optional<MonoTime> stopped_until() const { return client_.stopped_until(); }
  bool is_signed() const { return key_ != nullptr; }
  // Returns our own address, to which the server's last reply was sent.
  const std::optional<IpAddress>& local() const { return local_; }

 private:
  Result<WallTime, SysError> send(const Query& query);
  void take_report();
  std::string no_reply() const;
  QueryOutcome lose(std::string why);

  Endpoint server_;
  Client client_;
  const Key* key_;
  std::optional<QuerySocket> socket_;
  ReachRegister reach_;
  std::optional<IpAddress> local_;
  NtpTimestamp query_;
  std::string trouble_;  // what came instead of a usable reply to the query under way
};

}  // namespace isletime::sntpd
