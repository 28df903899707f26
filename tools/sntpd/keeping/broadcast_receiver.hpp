// SPDX-License-Identifier: MIT
// Receives the broadcasts of the given servers, on interfaces that may appear and disappear.
// BroadcastListener decides which are believed.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <poll.h>

#include "libsync/posix/group_socket.hpp"
#include "libsync/posix/interface_watch.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/serving/broadcast_places.hpp"

namespace isletime::sntpd {

class BroadcastReceiver {
 public:
  explicit BroadcastReceiver(const Log& log);

  // Receives the broadcasts of these servers from now on.
  void follow(std::vector<Endpoint> servers);

  void append_polled(std::vector<pollfd>& polled) const;
  // The number of entries that append_polled() appends.
  std::size_t polled_count() const { return 1 + ears_.size(); }
  // `polled` are the entries that append_polled() appended, after poll(2).
  void step(std::span<const pollfd> polled, const std::function<void(const HeardDatagram&)>& handle);

 private:
  struct Ear {
    BroadcastPlace place;
    GroupSocket socket;
  };

  void look();

  const Log& log_;
  std::optional<InterfaceWatch> watch_;
  std::vector<Endpoint> servers_;
  std::vector<Ear> ears_;
};

}  // namespace isletime::sntpd
