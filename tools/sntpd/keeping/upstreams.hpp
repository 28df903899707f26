// SPDX-License-Identifier: MIT
// The sockets of the servers that the hub asks, and the lookups of their names.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <poll.h>

#include "libsync/posix/key_file.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/keeping/broadcast_listener.hpp"
#include "tools/sntpd/keeping/resolver.hpp"
#include "tools/sntpd/keeping/upstream.hpp"
#include "tools/sntpd/server_option.hpp"
#include "tools/sntpd/serving/own_queries.hpp"

namespace isletime::sntpd {

struct Association {
  std::size_t index;   // in the hub
  std::string source;  // "ntp:192.0.2.1"
  Upstream upstream;
  std::string last_error{};
  std::optional<BroadcastListener> listener{};  // if its broadcasts are configured
};

class Upstreams {
 public:
  struct Happening {
    Association& association;
    QueryOutcome outcome;
  };

  // `keys` and `own_queries` must outlive the object.
  Upstreams(const KeyRing& keys, OwnQueries& own_queries, const Log& log,
            Resolver::Lookup lookup = resolve_all);

  // Asks this server from now on. `config` has all settings but those of `option`.
  void start(std::size_t index, const std::string& source, ClientConfig config, const ServerOption& option);
  void stop(std::size_t index);
  // Starts a lookup, whose answer step() passes on. Returns the failure, as a clause, if the system has no
  // pipe or thread for it now.
  std::optional<std::string> look_up(const Host& host);

  void append_polled(std::vector<pollfd>& polled) const;
  // `polled` are the entries that append_polled() appended, after poll(2), or it is empty. `handle` may
  // change the association's interval; `take_resolved` may start and stop others.
  void step(std::span<const pollfd> polled, MonoTime now, const std::function<void(Happening)>& handle,
            const std::function<void(const Resolver::Resolved&)>& take_resolved);
  std::optional<MonoTime> next_wakeup() const;

  std::span<const std::unique_ptr<Association>> associations() const { return associations_; }
  // Returns null if the server with this index is not asked.
  const Association* find(std::size_t index) const;

 private:
  const KeyRing& keys_;
  OwnQueries& own_queries_;
  const Log& log_;
  std::vector<std::unique_ptr<Association>> associations_;
  Resolver resolver_;
  bool cannot_look_up_ = false;  // the system has no pipe or thread for a lookup, which has been reported
};

}  // namespace isletime::sntpd
