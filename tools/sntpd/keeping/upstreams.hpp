// SPDX-License-Identifier: MIT
// The servers that are polled: one address for each --server, several for each --pool. Names are looked up
// until they have addresses, and again whenever one of those stops answering. The hub decides which replies
// are believed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <poll.h>

#include "libsync/hub/hub.hpp"
#include "libsync/posix/key_file.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/keeping/broadcast_listener.hpp"
#include "tools/sntpd/keeping/resolver.hpp"
#include "tools/sntpd/keeping/upstream.hpp"
#include "tools/sntpd/server_option.hpp"
#include "tools/sntpd/serving/own_queries.hpp"

namespace isletime::sntpd {

inline constexpr std::size_t kPoolSize = 4;

// Returns the server's name as a source: "ntp:192.0.2.7".
std::string source_of(const Endpoint& server);

struct Association {
  std::string source;  // "ntp:192.0.2.1"
  std::string host;    // as configured
  std::size_t plan;    // index of the --server or --pool that it belongs to
  std::size_t index;   // index in the hub
  Upstream upstream;
  bool is_ourselves = false;  // if so, it is never asked
  std::string last_error{};
  std::optional<BroadcastListener> listener{};  // if its broadcasts are configured
};

// A name that has fewer addresses than it should.
struct Unresolved {
  std::string host;
  std::string why;
};

class Upstreams {
 public:
  struct Config {
    std::vector<ServerOption> servers;
    std::vector<ServerOption> pools;
    PollLimits poll;
    std::int8_t precision = 0;
    const KeyRing& keys;
    std::function<bool(const Endpoint&)> is_ourselves;
    OwnQueries& own_queries;
    Resolver::Lookup lookup = resolve_all;
  };
  struct Happening {
    Association& association;
    QueryOutcome outcome;
  };

  Upstreams(Config config, Hub& hub, const Log& log);

  bool empty() const { return plans_.empty(); }

  void append_polled(std::vector<pollfd>& polled) const;
  // `polled` are the entries that append_polled() appended, after poll(2), or it is empty. `handle` may
  // change the association's interval.
  void step(std::span<const pollfd> polled, MonoTime now, const std::function<void(Happening)>& handle);
  std::optional<MonoTime> next_wakeup() const;

  std::span<const std::unique_ptr<Association>> associations() const { return associations_; }
  std::vector<Unresolved> unresolved() const;

 private:
  struct Plan {
    ServerOption server;
    std::size_t wanted = 1;
    bool has_name = false;
    MonoTime next_lookup{};
    nanoseconds patience{};
    std::vector<Endpoint> given_up{};
    std::string trouble{};
  };
  // An address that was replaced by another one of its name, because its server told us to stop.
  struct Stopped {
    Endpoint server;
    MonoTime until;
  };

  void plan(const ServerOption& server, std::size_t wanted);
  void start(std::size_t plan, const Endpoint& address);
  bool is_asked(const Endpoint& address) const;
  bool is_dead(const Association& association) const;
  // Returns how many more addresses the plan could use.
  std::size_t missing(std::size_t plan) const;
  void look_up(MonoTime now);
  void take_answers(MonoTime now);
  void use(std::size_t index, const std::vector<Endpoint>& addresses, MonoTime now);
  bool may_be_asked(const Endpoint& address, MonoTime now) const;
  bool give_up_dead(std::size_t plan);

  Config config_;
  Hub& hub_;
  const Log& log_;
  std::vector<Plan> plans_;
  std::vector<std::unique_ptr<Association>> associations_;
  std::vector<Stopped> stopped_;
  Resolver resolver_;
  bool cannot_look_up_ = false;  // the system has no pipe or thread for a lookup, which has been reported
};

}  // namespace isletime::sntpd
