// SPDX-License-Identifier: MIT
// What sntpd says of itself, from the lines of its control socket, and what follows from it at any instant.
// Without a connection to sntpd nothing is known of the time, so that nothing is said of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/instant.hpp"
#include "tools/syncweb/event_log.hpp"

namespace isletime::syncweb {

// The hub's time at an instant, and what is known of it.
struct HubTime {
  WallTime time;
  bool is_synchronised = false;     // otherwise `time` means nothing
  bool is_reliable = false;         // off by no more than the hub was told to allow
  std::optional<Dispersion> bound;  // the time is off by at most this
  std::optional<nanoseconds> age;   // since the clock was last set or checked
  std::string source;               // "phone:192.168.4.17"
  std::string kind;                 // "phone-on-access-point"
};

class HubPicture {
 public:
  // Takes a line of sntpd. Returns false if it is none that is known, and then changes nothing. Adds events
  // for the pages.
  bool on_line(std::string_view line, Instant now, EventLog& events);
  void on_disconnected(EventLog& events);

  bool is_connected() const { return !status_.empty(); }
  HubTime at(Instant now) const;

  // The latest of sntpd's own objects as JSON; empty if there is none.
  const std::string& status() const { return status_; }
  const std::string& sources() const { return sources_; }
  const std::string& clients() const { return clients_; }
  const std::vector<std::string>& activity() const { return activity_; }  // lines of JSON, oldest first

 private:
  std::string status_;
  std::string sources_;
  std::string clients_;
  std::vector<std::string> activity_;
  // Further members are those of its author.
};

}  // namespace isletime::syncweb
