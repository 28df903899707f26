// SPDX-License-Identifier: MIT
// Broadcasts the time for --broadcast, from the event loop and from the port that serves: on every interface
// as soon as it appears, then at its option's interval. Interfaces may come and go; one that fails is tried
// again after any change, and at the next interval. Each broadcast says when the one before it really left.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <poll.h>

#include "libsync/hub/served_time.hpp"
#include "libsync/policy/announcement.hpp"
#include "libsync/posix/announcing_socket.hpp"
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
    const KeyRing& keys;  // contains the keys that the options name
  };
  Broadcaster(const Config& config, const Log& log);

  // The descriptor is negative if the system does not report changes of interfaces, which are then polled.
  pollfd poll_entry() const { return {watch_ ? watch_->descriptor() : -1, POLLIN, 0}; }
  // `revents` is what poll(2) reported for poll_entry().
  void step(short revents, const ServedTime& time, MonoTime now);
  // Returns nothing while there is nothing to broadcast, or no destination.
  std::optional<MonoTime> next_wakeup() const;

 private:
  struct Sent {
    WallTime transmit;  // served time
    MonoTime at;
    ClockMap map;  // converts the kernel's timestamp of that broadcast
  };
  struct Target {
    BroadcastTarget what;
    MonoTime next;
    bool has_failed = false;
    std::optional<AnnouncingSocket> socket = {};
    std::optional<Sent> last = {};
  };

  void look(MonoTime now);
  // Warns once of each interface that is absent, until it was there.
  void report_absent(std::span<const BroadcastTarget> found);
  void send(Target& target, const ServedTime& time);
  std::optional<SysError> announce_by(Target& target, const ServedTime& time);

  Config config_;
  const Log& log_;
  std::optional<InterfaceWatch> watch_;
  std::optional<MonoTime> next_look_;  // set if the system does not report changes
  std::vector<Target> targets_;
  std::vector<std::string> absent_;  // the interfaces that were reported
  bool is_synchronised_ = false;
};

}  // namespace isletime::sntpd
