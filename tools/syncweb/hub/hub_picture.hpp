// SPDX-License-Identifier: MIT
// A picture of the hub: it is made of the lines of sntpd's control socket, and tells what follows at any
// instant. Without a connection to sntpd nothing is known of the time, so that nothing is said of it. The
// bound grows from the moment at which a status was made, and reliability ends when sntpd itself would end
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/instant.hpp"
#include "libsync/record/json_value.hpp"
#include "tools/syncweb/event_log.hpp"
#include "tools/syncweb/hub/hub_status.hpp"

namespace isletime::syncweb {

// The hub's time at an instant, and what is known of it.
struct HubTime {
  WallTime time;
  bool is_synchronised = false;       // otherwise `time` means nothing
  bool is_reliable = false;           // off by no more than the hub was told to allow
  std::optional<Dispersion> bound{};  // the time is off by at most this
  std::optional<nanoseconds> age{};   // since the clock was last set or checked
  std::optional<Offset> offset{};     // that is still to be slewed
  std::string source{};               // "phone:192.168.4.17"
  std::string kind{};                 // "phone-on-access-point"
};

class HubPicture {
 public:
  // sntpd sends a status at least every minute: if two have not come, it hangs, or the connection does.
  static constexpr nanoseconds kLongestSilence = seconds{130};
  static constexpr std::size_t kMostActivity = 100;      // lines
  static constexpr std::size_t kLongestActivity = 4096;  // bytes of a line

  // Pages are told of a long list of clients at most this often.
  static constexpr nanoseconds kLongClientsInterval = seconds{10};

  // Takes a line of sntpd. Returns false if it is none that is known, and then changes nothing. Adds events
  // for the pages.
  bool on_line(std::string_view line, Instant now, EventLog& events);
  void on_disconnected(EventLog& events);

  bool is_connected() const { return !status_.empty(); }
  HubTime at(Instant now) const;

  // The latest of what sntpd said, as JSON: an object, and two arrays of objects; empty if there is none.
  const std::string& status() const { return status_; }
  const std::string& sources() const { return sources_; }
  const std::string& clients() const { return clients_; }
  // When each of these came; the ages in them are as of then.
  std::optional<MonoTime> status_came() const { return status_came_; }
  std::optional<MonoTime> sources_came() const { return sources_came_; }
  std::optional<MonoTime> clients_came() const { return clients_came_; }
  // The number of those who have asked the hub for the time, also of those that the array leaves out.
  std::optional<std::uint64_t> client_count() const { return client_count_; }
  const std::vector<std::string>& activity() const { return activity_; }  // lines of JSON, oldest first

 private:
  // A status, and when it was made. Absent if the machine's clock was set in between.
  struct Made {
    HubStatus status;
    Instant at;
  };

  bool take_status(const JsonValue& reply, Instant now, EventLog& events);
  bool take_sources(const JsonValue& reply, Instant now, EventLog& events);
  bool take_clients(const JsonValue& reply, Instant now, EventLog& events);
  bool take_activity(const JsonValue& reply, Instant now, EventLog& events);

  std::string status_;
  std::string sources_;
  std::string clients_;
  std::optional<MonoTime> status_came_;
  std::optional<MonoTime> sources_came_;
  std::optional<MonoTime> clients_came_;
  std::optional<std::uint64_t> client_count_;
  std::optional<MonoTime> next_long_clients_;
  std::vector<std::string> activity_;
  std::optional<Made> made_;
};

}  // namespace isletime::syncweb
