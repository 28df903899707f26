// SPDX-License-Identifier: MIT
// A device that follows one NTP server: when to send a query, whether a reply may be believed, and the clock
// that it sets. No I/O: counter readings, random numbers and datagrams come in, queries and reasons go out.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/broadcast_client.hpp"
#include "libsync/policy/client.hpp"
#include "libsync/policy/common_view.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime {

class DeviceFollower {
 public:
  struct Config {
    Endpoint server;
    std::int8_t precision = -20;  // of the counter and its reading, log2 seconds
    bool interleaved = false;     // see ClientConfig
  };

  // The clock must outlive the follower.
  DeviceFollower(const Config& config, DeviceClock& clock);

  // Returns the query to send to server() now, if one is due. `random` must be unpredictable.
  std::optional<Query> poll(MonoTime now, std::uint64_t random);
  // Takes the time at which the query of the last poll() left; until then no reply is accepted.
  void on_sent(MonoTime at);
  // It could not be sent.
  void on_not_sent() { client_.give_up(); }
  // Takes a datagram that arrived at the socket of the queries at the instant `at`. Whatever it contains, the
  // caller waits on until next_wakeup().
  Result<MeasurementUse, Reject> on_datagram(Bytes bytes, const Endpoint& from, MonoTime at);
  // Takes a datagram that arrived at port 123, sent to all. Nothing but the server's own broadcasts is
  // accepted; returns why this one is not.
  std::optional<BroadcastReject> on_broadcast(Bytes bytes, const Endpoint& from, MonoTime at);

  // Returns when to call poll() next.
  MonoTime next_wakeup() const { return client_.next_wakeup(); }

  // The network is back, so a server that did not reply is asked again soon.
  void on_link_up();
  // The counter's rate is kept; the server before is forgotten.
  void set_server(const Endpoint& server, MonoTime now);
  const Endpoint& server() const { return config_.server; }
  const Client& client() const { return client_; }
  // Returns what the clock has followed last, or nothing since the server was set.
  const std::optional<Measurement>& followed() const { return followed_; }

 private:
  ClientConfig client_config() const;
  nanoseconds shortest_interval() const;

  Config config_;
  DeviceClock& clock_;
  Client client_;
  CommonView common_view_;
  std::optional<Measurement> followed_;
};

}  // namespace isletime
