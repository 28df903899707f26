// SPDX-License-Identifier: MIT
// The state that the handlers of requests share. It has no socket and reads no clock: the server passes
// requests, lines of sntpd and the time to it. Only presses and settings go to the disk from here.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/instant.hpp"
#include "libsync/posix/interfaces.hpp"
#include "tools/syncweb/access/login_state.hpp"
#include "tools/syncweb/event_log.hpp"
#include "tools/syncweb/hub/hub_picture.hpp"
#include "tools/syncweb/machine/history.hpp"
#include "tools/syncweb/message.hpp"
#include "tools/syncweb/options.hpp"
#include "tools/syncweb/phone/phone_syncs.hpp"
#include "tools/syncweb/phone/settings.hpp"
#include "tools/syncweb/portal/portal_clients.hpp"
#include "tools/syncweb/portal/qr_code.hpp"
#include "tools/syncweb/presses/presses.hpp"

namespace isletime::syncweb {

struct Site {
  explicit Site(const Options& its_options) : options(its_options) {}

  const Options& options;
  std::vector<InterfaceAddress> own_addresses;  // at the moment
  std::string run;  // random, of this process: the numbers of its events mean nothing in another run
  std::optional<MonoTime> started;
  EventLog events;
  HubPicture hub;
  History history;
  Presses presses;
  PhoneSyncs phones;
  Settings settings;
  std::string host_name;  // of this machine
  LoginState login;
  PortalClients portal;
  QrCode qr_code;
};

// Answers a request by the table of routes, after all checks that it and its right need.
Outcome respond(Site& site, const Request& request, Instant now);

}  // namespace isletime::syncweb
