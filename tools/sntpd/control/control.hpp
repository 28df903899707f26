// SPDX-License-Identifier: MIT
// What is asked on the control socket, and answered: looking is for all, changing for root, for whom the
// daemon runs as, and for the group isletime. What takes long, or waits for a disk, is left to the
// background, and answered when it is done.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <poll.h>

#include "libsync/posix/control_socket.hpp"
#include "tools/sntpd/background.hpp"
#include "tools/sntpd/control/client_view.hpp"
#include "tools/sntpd/control/control_request.hpp"
#include "tools/sntpd/keeping/hub_host.hpp"
#include "tools/sntpd/storing/memory.hpp"

namespace isletime::sntpd {

inline constexpr const char* kControlGroup = "isletime";

class Control {
 public:
  // What the daemon around the hub can do.
  struct Daemon {
    HubHost& hub;
    Memory& memory;
    Background& background;
    // Clients are told of the clock as it is now: before the reply says that it was set.
    std::function<void()> publish_time;
    std::function<StatusView()> status;
    // In any thread.
    std::function<std::vector<ClientView>()> clients;
    // Tells the failure, as a clause, once it is done.
    std::function<void(std::function<void(std::optional<std::string>)>)> reload;
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
  using ClientId = ControlServer::ClientId;

  bool may_change(const Peer& peer) const;
  void take(const ControlServer::Request& request);
  void answer(ClientId to, const Show& asked);
  void answer(ClientId to, const Feed& feed);
  void answer(ClientId to, const SetTime& set);
  void answer(ClientId to, const SetRateError& request);
  void answer(ClientId to, const Reload&);
  // Of all topics but the clients.
  std::string show(const Show& show) const;
  void show_clients(ClientId to, bool follow);
  void look_for_clients();

  ControlServer server_;
  Daemon daemon_;
  std::optional<gid_t> group_;
  std::string last_clients_;
  bool is_looking_ = false;  // for the clients, in the background
  MonoTime next_look_{};
};

}  // namespace isletime::sntpd
