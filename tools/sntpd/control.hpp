// SPDX-License-Identifier: MIT
// What is asked on the control socket, and answered: looking is for all, changing for root, for whom the
// daemon runs as, and for the group isletime.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <poll.h>

#include "libsync/posix/control_socket.hpp"
#include "tools/sntpd/control_request.hpp"
#include "tools/sntpd/hub.hpp"
#include "tools/sntpd/memory.hpp"

namespace isletime::sntpd {

inline constexpr const char* kControlGroup = "isletime";

class Control {
 public:
  // What the daemon around the hub can do.
  struct Daemon {
    Hub& hub;
    Memory& memory;
    std::function<StatusView()> status;
    std::function<std::vector<ClientView>()> clients;
    // The failure, as a clause.
    std::function<std::optional<std::string>()> reload;
  };

  Control(ControlServer server, Daemon daemon);

  void append_polled(std::vector<pollfd>& polled) { server_.append_pollfds(polled); }
  // `polled` may hold descriptors of others.
  void step(std::span<const pollfd> polled);
  // Those who follow a topic get what has changed since the last call.
  void publish();
  // While somebody follows what changes without an event of ours.
  std::optional<MonoTime> next_wakeup() const;

 private:
  bool may_change(const Peer& peer) const;
  void take(const ControlServer::Request& request);
  std::string show(const Show& show) const;
  std::string change(const ControlRequest& request);

  ControlServer server_;
  Daemon daemon_;
  std::optional<gid_t> group_;
  std::string last_clients_;
  MonoTime next_look_{};
};

}  // namespace isletime::sntpd
