// SPDX-License-Identifier: MIT
// One host under measurement: rounds of queries through policy's Client, each from a socket of its own. The
// socket of the previous query stays open, so that late and duplicate replies are seen.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <poll.h>

#include "libsync/policy/client.hpp"
#include "libsync/posix/mac.hpp"
#include "libsync/posix/query_socket.hpp"
#include "tools/common/host.hpp"
#include "tools/common/log.hpp"
#include "tools/common/probe/finding.hpp"
#include "tools/common/probe/settings.hpp"

namespace isletime::probe {

class Probe {
 public:
  // `log` and `key` must outlive the probe. If `key` is null, queries are not signed.
  Probe(const Host& host, const Endpoint& server, const Settings& settings, std::int8_t precision,
        const Key* key, const Log& log);

  void start_round();
  // Sends what is due and reads what has come. A finding ends the round.
  std::optional<Finding> step(MonoTime now);

  MonoTime next_wakeup() const { return client_.next_wakeup(); }
  void add_descriptors(std::vector<pollfd>& polled) const;
  // The server told us to stop: until a day later, further rounds end at once.
  bool is_stopped() const { return client_.is_stopped(); }
  unsigned samples_left() const { return samples_left_; }

 private:
  bool is_to_stop(MonoTime now) const;
  void send_query(const Query& query);
  void read_socket(QuerySocket& socket);
  void handle(const TransmitStamp& stamp);
  void handle(const Unreachable& unreachable);
  void handle(const ReceivedReply& reply);
  void reject(Reject reason);
  void ignore(Failure why);
  void end_sample(Failure failure);
  Finding make_finding();

  const Log& log_;
  std::string host_;
  Endpoint server_;
  unsigned samples_;
  nanoseconds timeout_;
  std::int8_t precision_;
  const Key* key_;
  Client client_;
  std::optional<QuerySocket> current_;
  std::optional<QuerySocket> previous_;

  // The state of the round:
  unsigned samples_left_ = 0;
  std::vector<Measurement> measurements_;
  std::optional<Failure> failure_;
  std::optional<Failure> last_ignored_;  // of the current sample
  std::set<std::string> named_;          // the reasons for ignoring packets that were printed, each once
  IpAddress local_;
};

}  // namespace isletime::probe
