// SPDX-License-Identifier: MIT
// Serves a Site by HTTP/1.1 and HTTPS with libmicrohttpd, in the caller's thread and around its poll(2).
// Connections, their memory, and the time for each request are limited, so that hostile clients can neither
// use up the machine nor keep others out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <poll.h>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"
#include "tools/common/log.hpp"
#include "tools/syncweb/hub/hub_link.hpp"
#include "tools/syncweb/serving/connection.hpp"
#include "tools/syncweb/serving/connection_counts.hpp"
#include "tools/syncweb/serving/held_bytes.hpp"
#include "tools/syncweb/serving/listener.hpp"
#include "tools/syncweb/site.hpp"

struct MHD_Daemon;

namespace isletime::syncweb {

// A certificate and its private key, in PEM (RFC 7468).
struct TlsKeys {
  std::string certificate;
  std::string key;
};

class HttpService {
 public:
  static constexpr nanoseconds kRequestTime = seconds{10};    // from its first line to its last byte
  static constexpr nanoseconds kIdleTime = seconds{30};       // between two requests
  static constexpr nanoseconds kResponseTime = seconds{120};  // until the client has taken it
  static constexpr nanoseconds kStallTime = seconds{15};      // of a stream that the client does not read
  static constexpr nanoseconds kHeartbeatInterval = seconds{4};

  using Respond = Outcome (*)(Site& site, const Request& request, Instant now);

  HttpService(Site& site, HubLink& link, const Log& log, Respond respond = syncweb::respond);
  ~HttpService();
  HttpService(const HttpService&) = delete;
  HttpService& operator=(const HttpService&) = delete;

  // Serves these connections, by HTTPS if there are keys. Returns a clause about the failure, if any.
  std::optional<std::string> serve(Listener listener, const TlsKeys* keys);
  // From now on serves HTTPS with these keys; its connections end.
  std::optional<std::string> replace_keys(const TlsKeys& keys);

  void append_polled(std::vector<pollfd>& polled) const;
  // Must be called after each poll(2).
  void step();
  std::optional<MonoTime> next_wakeup() const;

 private:
  friend struct HttpCallbacks;
  friend struct StreamCallbacks;
  struct DaemonEnd {
    void operator()(MHD_Daemon* daemon) const;
  };
  using Daemon = std::unique_ptr<MHD_Daemon, DaemonEnd>;
  struct Port {
    Listener listener;
    bool is_secure;
    Daemon daemon;  // has a descriptor of its own for the listener
  };

  Daemon start(const Listener& listener, const TlsKeys* keys);
  void run_daemons();
  bool is_admitted(IpAddress from);
  Connection& add(MHD_Connection* handle, bool is_secure);
  void remove(Connection& connection);
  void begin(Connection& connection, const char* target);
  void end_request(Connection& connection);
  // Return false if the connection cannot go on.
  bool on_header(Connection& connection);
  bool on_complete(Connection& connection, const char* method, std::string_view version);
  bool refuse(Connection& connection, Response response);
  // If too much is held already, the client is told to try again instead.
  bool reply(Connection& connection, const Response& response);
  bool start_stream(Connection& connection, const EventStream& stream);
  bool start_feeding(Connection& connection, FeedFirst feed);
  // Fills the buffer with events; suspends the connection if there are none.
  long read_stream(Connection& connection, char* buffer, std::size_t size);

  void suspend(Connection& connection);
  void resume(Connection& connection);
  void drop(Connection& connection);
  void deliver_feed_replies();
  void drop_overdue(MonoTime now);
  void wake_streams(MonoTime now);

  Site& site_;
  HubLink& link_;
  const Log& log_;
  Respond respond_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::unordered_map<HubLink::FeedId, Connection*> feeding_;
  ConnectionCounts counts_;
  HeldBytes held_;
  MonoTime next_heartbeat_{};
  MonoTime next_check_{};
  std::vector<Port> ports_;  // ended first, while the connections still exist
};

}  // namespace isletime::syncweb
