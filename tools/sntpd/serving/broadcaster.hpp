// SPDX-License-Identifier: MIT
// Announces the time by --broadcast, from the loop and by the sockets that serve: on every interface
// meant as soon as it is there, then at its option's interval. Interfaces may come and go; one that fails
// is tried again when anything has changed, and at the next interval.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <poll.h>

#include "libsync/hub/served_time.hpp"
#include "libsync/posix/interface_watch.hpp"
#include "libsync/posix/key_file.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/serving/broadcast_targets.hpp"

namespace isletime::sntpd {

class Broadcaster {
 public:
  struct Config {
    std::span<const BroadcastOption> options;
    std::span<const Endpoint> bind;
    std::uint16_t port;
    const KeyRing& keys;  // has those that the options name
    // The descriptor of a socket that serves the address; -1: none does.
    std::function<int(IpAddress)> socket_of;
  };
  Broadcaster(Config config, const Log& log);

  // Negative: the system does not tell when interfaces change, which are then looked at now and then.
  pollfd poll_entry() const { return {watch_ ? watch_->descriptor() : -1, POLLIN, 0}; }
  // `revents`: what poll(2) reported for poll_entry().
  void step(short revents, const ServedTime& time, MonoTime now);
  // Absent while there is nothing to announce, or nowhere.
  std::optional<MonoTime> next_wakeup() const;

 private:
  struct Target {
    BroadcastTarget what;
    MonoTime next;
    bool has_failed = false;
  };

  void look(MonoTime now);
  void send(Target& target, const ServedTime& time);

  Config config_;
  const Log& log_;
  std::optional<InterfaceWatch> watch_;
  std::optional<MonoTime> next_look_;  // where nobody tells
  std::vector<Target> targets_;
  bool is_synchronised_ = false;
};

}  // namespace isletime::sntpd
