// SPDX-License-Identifier: MIT
// The state of the hub for monitoring programs, in the types of policy, with the texts to which they refer.
#pragma once

#include <string>
#include <vector>

#include "libsync/policy/monitor.hpp"

namespace isletime::sntpd {

struct MonitorView {
  struct Peer {
    MonitoredPeer peer;  // without its texts
    std::string address;
    std::string local_address;
    std::string name;
  };

  MonitoredSystem system;  // without its texts
  std::vector<Peer> peers;
};

}  // namespace isletime::sntpd
