// SPDX-License-Identifier: MIT
// Decides who may request what on the control socket: everybody may look; root, the daemon's own user and the
// group isletime may make all changes; the group isletime-feed may only feed samples, which are still judged.
#pragma once

#include <optional>
#include <string_view>

#include <sys/types.h>

#include "libsync/posix/peer.hpp"
#include "tools/sntpd/control/control_request.hpp"

namespace isletime::sntpd {

struct Accounts {
  uid_t own;                       // as which the daemon runs
  std::optional<gid_t> control{};  // kControlGroup, if the system has it
  std::optional<gid_t> feed{};     // kFeedGroup, if the system has it
};

bool is_permitted(const ControlRequest& request, const Peer& peer, const Accounts& accounts);

// Returns a clause that says who may make this change.
std::string_view who_may(const ControlRequest& request);

}  // namespace isletime::sntpd
