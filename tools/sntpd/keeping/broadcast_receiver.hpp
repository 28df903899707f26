// SPDX-License-Identifier: MIT
// Hears broadcasts of the servers that it is told of, on interfaces that come and go. Which of them
// are to be believed is for their listeners to say.
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

  // Hears these from now on.
  void follow(std::vector<Endpoint> servers);

  void append_polled(std::vector<pollfd>& polled) const;
  // How many append_polled() appends.
  std::size_t polled_count() const { return 1 + ears_.size(); }
  // `polled`: what append_polled() appended, after poll(2).
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
