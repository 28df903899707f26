// SPDX-License-Identifier: MIT
// Which phones have seen the page. A phone closes its portal window as soon as a probe succeeds, so probes
// succeed only when somebody has gone on from the portal's page, or has had the time to read it. Ages are
// monotonic; a bounded table of addresses.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::syncweb {

class PortalClients {
 public:
  static constexpr std::size_t kMost = 1024;
  // A phone that opens the page and never goes on is let be after this.
  static constexpr seconds kTimeToRead{30};
  // After this without a request, an address may be another phone's.
  static constexpr seconds kForgottenAfter = std::chrono::hours{4};

  void on_portal_page(IpAddress client, MonoTime now);  // it was shown the page that points to the real one
  void on_real_page(IpAddress client, MonoTime now);    // it has gone on, or opened the real page
  // Returns whether its probes should succeed. It has now been heard of.
  bool has_seen(IpAddress client, MonoTime now);
  std::size_t count() const { return clients_.size(); }

 private:
  struct Client {
    IpAddress address;
    MonoTime last_heard;
    std::optional<MonoTime> satisfied_from;
  };

  // Returns null if it is not known, or was so long ago that it counts as another.
  Client* find(IpAddress address, MonoTime now);
  // Returns the entry of a client, which may replace that of the one that was heard of least recently.
  Client& entry(IpAddress address, MonoTime now);

  std::vector<Client> clients_;
};

}  // namespace isletime::syncweb
