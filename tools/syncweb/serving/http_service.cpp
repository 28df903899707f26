// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/http_service.hpp"

#include <algorithm>
#include <microhttpd.h>
#include <utility>

#include <sys/socket.h>

#include "libsync/posix/clocks.hpp"
#include "tools/syncweb/machine/time_fields.hpp"
#include "tools/syncweb/serving/socket_ends.hpp"

namespace isletime::syncweb {
namespace {

constexpr nanoseconds kCheckInterval = seconds{1};

}  // namespace

HttpService::HttpService(Site& site, HubLink& link, const Log& log, Respond respond)
    : site_(site), link_(link), log_(log), respond_(respond) {}

// libmicrohttpd ends no daemon that has a suspended connection.
HttpService::~HttpService() {
  for (const auto& [connection, owner] : connections_) drop(*connection);
  run_daemons();
}

void HttpService::step() {
  deliver_feed_replies();
  drop_overdue(mono_now());
  run_daemons();
  wake_streams(mono_now());
}

std::optional<MonoTime> HttpService::next_wakeup() const {
  for (const Port& port : ports_) {
    MHD_UNSIGNED_LONG_LONG timeout = 0;  // ms
    if (port.daemon && MHD_get_timeout(port.daemon.get(), &timeout) == MHD_YES && timeout == 0)
      return mono_now();
  }
  if (connections_.empty()) return std::nullopt;
  return std::min(next_check_, next_heartbeat_);
}

bool HttpService::is_admitted(IpAddress from) {
  if (counts_.is_refused(from)) return false;
  if (!counts_.is_full()) return true;
  const auto greediest = counts_.greediest_besides(from);
  if (!greediest) return false;
  Connection* oldest = nullptr;
  for (const auto& [connection, owner] : connections_) {
    if (connection->is_dropped || ConnectionCounts::client_of(connection->from.address) != *greediest)
      continue;
    if (oldest == nullptr || connection->since < oldest->since) oldest = connection;
  }
  if (oldest != nullptr) drop(*oldest);
  return oldest != nullptr;
}

Connection& HttpService::add(MHD_Connection* handle, bool is_secure) {
  const auto* address = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  const auto* socket = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
  const MonoTime now = mono_now();
  auto connection = std::make_unique<Connection>(
      Connection{.handle = handle,
                 .socket = socket != nullptr ? socket->connect_fd : -1,
                 .from = address != nullptr ? endpoint_of(address->client_addr) : Endpoint{},
                 .to = socket != nullptr ? own_address_of(socket->connect_fd) : IpAddress{},
                 .is_secure = is_secure,
                 .deadline = now + kRequestTime,
                 .since = now});
  counts_.add(connection->from.address);
  Connection& added = *connection;
  connections_.emplace(&added, std::move(connection));
  return added;
}

void HttpService::remove(Connection& connection) {
  end_request(connection);
  counts_.remove(connection.from.address);
  connections_.erase(&connection);
}

void HttpService::begin(Connection& connection, const char* target) {
  connection.exchange = std::make_unique<Exchange>(Exchange{.connection = &connection, .target = target});
  connection.deadline = mono_now() + kRequestTime;
}

void HttpService::end_request(Connection& connection) {
  if (connection.exchange && connection.exchange->awaited) feeding_.erase(*connection.exchange->awaited);
  if (connection.exchange) held_.remove(connection.from.address, connection.exchange->held);
  connection.exchange.reset();
  connection.stream.reset();
  connection.deadline = mono_now() + kIdleTime;
}

void HttpService::suspend(Connection& connection) {
  MHD_suspend_connection(connection.handle);
  connection.is_suspended = true;
}

void HttpService::resume(Connection& connection) {
  if (!std::exchange(connection.is_suspended, false)) return;
  MHD_resume_connection(connection.handle);
}

void HttpService::drop(Connection& connection) {
  connection.is_dropped = true;
  // Bytes that a client does not read must not stay in the kernel after the connection is closed.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(connection.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  shutdown(connection.socket, SHUT_RDWR);
  resume(connection);
}

void HttpService::deliver_feed_replies() {
  for (auto& [id, reply] : link_.take_replies()) {
    const auto found = feeding_.find(id);
    if (found == feeding_.end()) continue;
    Connection& connection = *found->second;
    feeding_.erase(found);
    connection.exchange->late = connection.exchange->then(reply);
    add_time_fields(*connection.exchange->late, site_.hub.at(read_instant(mono_now, wall_now)));
    resume(connection);
  }
}

void HttpService::drop_overdue(MonoTime now) {
  if (now < next_check_) return;
  next_check_ = now + kCheckInterval;
  for (const auto& [connection, owner] : connections_) {
    if (connection->is_dropped) continue;
    const bool is_overdue = connection->stream
                                ? !connection->is_suspended && now >= connection->last_read + kStallTime
                                : now >= connection->deadline;
    if (is_overdue) drop(*connection);
  }
}

void HttpService::wake_streams(MonoTime now) {
  const bool is_beat = now >= next_heartbeat_;
  if (is_beat) next_heartbeat_ = now + kHeartbeatInterval;
  for (const auto& [connection, owner] : connections_) {
    if (!connection->stream) continue;
    if (is_beat) connection->stream->ask_heartbeat();
    if (connection->stream->has_more(site_.events)) resume(*connection);
  }
}

}  // namespace isletime::syncweb
