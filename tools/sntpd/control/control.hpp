// SPDX-License-Identifier: MIT
// Handles requests on the control socket of those who may make them (permission.hpp). Work that takes long,
// or waits for a disk, is done in the background and answered afterwards.
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
#include "tools/sntpd/control/permission.hpp"
#include "tools/sntpd/keeping/hub_host.hpp"
#include "tools/sntpd/storing/memory.hpp"

namespace isletime::sntpd {

class Control {
 public:
  // The parts of the daemon that requests need.
  struct Daemon {
    HubHost& hub;
    Memory& memory;
    Background& background;
    // Publishes the clock's state to NTP clients, before the reply says that it was set.
    std::function<void()> publish_time;
    std::function<StatusView()> status;
    // May be called in any thread.
    std::function<std::vector<ClientView>()> clients;
    // Reports the failure, if any, as a clause when it is done.
    std::function<void(std::function<void(std::optional<std::string>)>)> reload;
  };

  Control(ControlServer server, Daemon daemon);

  void append_polled(std::vector<pollfd>& polled) { server_.append_pollfds(polled); }
  // `polled` may contain other descriptors.
  void step(std::span<const pollfd> polled);
  // Followers of a topic get what has changed since the last call.
  void publish();
  // Needed while somebody follows a topic that changes without an event of ours.
  std::optional<MonoTime> next_wakeup() const;

 private:
  using ClientId = ControlServer::ClientId;

  void take(const ControlServer::Request& request);
  void answer(ClientId to, const Show& asked);
  void answer(ClientId to, const Feed& feed);
  void answer(ClientId to, const SetTime& set);
  void answer(ClientId to, const SetRateError& request);
  void answer(ClientId to, const Reload&);
  // All topics except the clients.
  std::string show(const Show& show) const;
  void show_clients(ClientId to, bool follow);
  void look_for_clients();

  ControlServer server_;
  Daemon daemon_;
  std::optional<gid_t> control_group_;
  std::optional<gid_t> feed_group_;
  std::string last_clients_;
  bool is_looking_ = false;  // the clients are being collected in the background
  MonoTime next_look_{};
  MonoTime next_status_{};
};

}  // namespace isletime::sntpd
