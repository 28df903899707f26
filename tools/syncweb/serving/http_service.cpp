// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/http_service.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <microhttpd.h>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/syncweb/access/common_headers.hpp"
#include "tools/syncweb/machine/time_fields.hpp"
#include "tools/syncweb/serving/event_text.hpp"
#include "tools/syncweb/serving/request_reader.hpp"

namespace isletime::syncweb {
namespace {

// The header of a request, its fields and the response's header must fit.
constexpr std::size_t kMemoryOfConnection = std::size_t{10} * 1024;
// Of the reader of a stream; an event may take several reads.
constexpr std::size_t kStreamBlock = 1024;
constexpr nanoseconds kCheckInterval = seconds{1};
constexpr const char* kDoesNotStart = "libmicrohttpd does not start";
constexpr const char* kTlsPriorities = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1:%SERVER_PRECEDENCE";

using ResponsePointer = std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)>;

Endpoint endpoint_of(const sockaddr* address) {
  SocketAddress copy{};
  if (address == nullptr) return {};
  copy.length = address->sa_family == AF_INET ? sizeof copy.v4 : sizeof copy.v6;
  std::memcpy(&copy.generic, address, copy.length);
  return to_endpoint(copy).value_or(Endpoint{});
}

IpAddress own_address_of(int socket) {
  SocketAddress address{};
  address.length = sizeof address.v6;
  if (getsockname(socket, &address.generic, &address.length) != 0) return {};
  return to_endpoint(address).value_or(Endpoint{}).address;
}

MHD_Result to_result(bool is_good) {
  return is_good ? MHD_YES : MHD_NO;
}

std::vector<Field> headers_of(MHD_Connection* connection) {
  std::vector<Field> headers;
  MHD_get_connection_values_n(
      connection, MHD_HEADER_KIND,
      [](void* list, MHD_ValueKind, const char* name, std::size_t name_size, const char* value,
         std::size_t value_size) {
        auto& fields = *static_cast<std::vector<Field>*>(list);
        fields.push_back(
            {{name, name_size}, value == nullptr ? std::string{} : std::string{value, value_size}});
        return fields.size() > kMostHeaders ? MHD_NO : MHD_YES;
      },
      &headers);
  return headers;
}

void add_fields(MHD_Response& made, const Response& response) {
  if (!response.type.empty())
    MHD_add_response_header(&made, MHD_HTTP_HEADER_CONTENT_TYPE, response.type.c_str());
  for (const Field& field : response.headers)
    MHD_add_response_header(&made, field.name.c_str(), field.value.c_str());
}

Connection* connection_of(MHD_Connection* handle) {
  const auto* info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == nullptr ? nullptr : static_cast<Connection*>(info->socket_context);
}

void write_log(void* log, const char* format, va_list arguments) {
  std::array<char, 256> text{};
  const int size = std::vsnprintf(text.data(), text.size(), format, arguments);
  if (size < 0) return;
  std::string_view line{text.data(), std::min(static_cast<std::size_t>(size), text.size() - 1)};
  while (line.ends_with('\n')) line.remove_suffix(1);
  static_cast<const Log*>(log)->detail(line);
}

Response busy_response() {
  Response response = error_response(Status::kServiceUnavailable, "busy",
                                     "responses wait that were not read: read them, and ask again");
  response.headers.push_back({"Retry-After", "2"});
  return response;
}

Instant instant_now() {
  return read_instant(mono_now, wall_now);
}

}  // namespace

// libmicrohttpd calls these.
struct HttpCallbacks {
  static HttpService& of(void* service) { return *static_cast<HttpService*>(service); }

  static MHD_Result admit(void* service, const sockaddr* address, socklen_t) {
    return to_result(of(service).is_admitted(endpoint_of(address).address));
  }

  template <bool kIsSecure>
  static void notify(void* service, MHD_Connection* handle, void** context,
                     MHD_ConnectionNotificationCode what) {
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
      *context = &of(service).add(handle, kIsSecure);
    } else if (*context != nullptr) {
      of(service).remove(*static_cast<Connection*>(*context));
      *context = nullptr;
    }
  }

  static void* begin(void* service, const char* target, MHD_Connection* handle) {
    Connection* connection = connection_of(handle);
    if (connection != nullptr) of(service).begin(*connection, target);
    return connection;
  }

  static MHD_Result handle(void* service, MHD_Connection*, const char*, const char* method,
                           const char* version, const char* data, std::size_t* size, void** context) {
    auto* connection = static_cast<Connection*>(*context);
    if (connection == nullptr || !connection->exchange || connection->is_dropped) return MHD_NO;
    Exchange& exchange = *connection->exchange;
    if (!std::exchange(exchange.has_begun, true)) return to_result(of(service).on_header(*connection));
    if (*size > 0) {
      exchange.is_too_large |= exchange.body.size() + *size > kLargestBody;
      if (!exchange.is_too_large) exchange.body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    return to_result(of(service).on_complete(*connection, method, version));
  }

  static void complete(void* service, MHD_Connection*, void** context, MHD_RequestTerminationCode) {
    if (*context != nullptr) of(service).end_request(*static_cast<Connection*>(*context));
    *context = nullptr;
  }

  // Targets are decoded by parse_target().
  static std::size_t leave_escaped(void*, MHD_Connection*, char* text) { return std::strlen(text); }

  struct StreamReader {
    HttpService& service;
    Connection& connection;
  };
  static ssize_t read(void* reader, std::uint64_t, char* buffer, std::size_t size) {
    const auto& stream = *static_cast<StreamReader*>(reader);
    return stream.service.read_stream(stream.connection, buffer, size);
  }
  static void end_reader(void* reader) { delete static_cast<StreamReader*>(reader); }
};

void HttpService::DaemonEnd::operator()(MHD_Daemon* daemon) const {
  MHD_stop_daemon(daemon);
}

HttpService::HttpService(Site& site, HubLink& link, const Log& log, Respond respond)
    : site_(site), link_(link), log_(log), respond_(respond) {}

// libmicrohttpd ends no daemon that has a suspended connection.
HttpService::~HttpService() {
  for (const auto& [connection, owner] : connections_) drop(*connection);
  run_daemons();
}

std::optional<std::string> HttpService::serve(Listener listener, const TlsKeys* keys) {
  Daemon daemon = start(listener, keys);
  if (!daemon) return kDoesNotStart;
  ports_.push_back({std::move(listener), keys != nullptr, std::move(daemon)});
  return std::nullopt;
}

std::optional<std::string> HttpService::replace_keys(const TlsKeys& keys) {
  for (const auto& [connection, owner] : connections_) {
    if (connection->is_secure) drop(*connection);
  }
  for (Port& port : ports_) {
    if (!port.is_secure) continue;
    if (port.daemon) MHD_run(port.daemon.get());
    port.daemon.reset();
    port.daemon = start(port.listener, &keys);
    if (!port.daemon) return kDoesNotStart;
  }
  return std::nullopt;
}

HttpService::Daemon HttpService::start(const Listener& listener, const TlsKeys* keys) {
  // The library closes the descriptor that it gets.
  const int socket = fcntl(listener.socket.get(), F_DUPFD_CLOEXEC, 0);
  if (socket < 0) return nullptr;
  std::vector<MHD_OptionItem> options{
      {MHD_OPTION_NOTIFY_CONNECTION,
       reinterpret_cast<std::intptr_t>(keys != nullptr ? &HttpCallbacks::notify<true>
                                                       : &HttpCallbacks::notify<false>),
       this},
      {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<std::intptr_t>(&HttpCallbacks::complete), this},
      {MHD_OPTION_URI_LOG_CALLBACK, reinterpret_cast<std::intptr_t>(&HttpCallbacks::begin), this},
      {MHD_OPTION_UNESCAPE_CALLBACK, reinterpret_cast<std::intptr_t>(&HttpCallbacks::leave_escaped), this},
      {MHD_OPTION_CONNECTION_LIMIT, static_cast<std::intptr_t>(ConnectionCounts::kMostInAll + 100), nullptr},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, static_cast<std::intptr_t>(kMemoryOfConnection), nullptr},
      {MHD_OPTION_CONNECTION_TIMEOUT, std::chrono::duration_cast<seconds>(kIdleTime).count(), nullptr},
      {MHD_OPTION_STRICT_FOR_CLIENT, 1, nullptr},
      {MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, nullptr},
      {MHD_OPTION_LISTEN_SOCKET, socket, nullptr},
  };
  unsigned flags =
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK | MHD_USE_ERROR_LOG;
  std::string certificate;
  std::string key;
  std::string priorities = kTlsPriorities;
  if (keys != nullptr) {
    flags |= MHD_USE_TLS;
    certificate = keys->certificate;
    key = keys->key;
    options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, certificate.data()});
    options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, key.data()});
    options.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, priorities.data()});
  }
  options.push_back({MHD_OPTION_END, 0, nullptr});
  return Daemon{MHD_start_daemon(flags, 0, HttpCallbacks::admit, this, HttpCallbacks::handle, this,
                                 MHD_OPTION_EXTERNAL_LOGGER, &write_log, const_cast<Log*>(&log_),
                                 MHD_OPTION_ARRAY, options.data(), MHD_OPTION_END)};
}

void HttpService::run_daemons() {
  for (const Port& port : ports_) {
    if (port.daemon) MHD_run(port.daemon.get());
  }
}

void HttpService::append_polled(std::vector<pollfd>& polled) const {
  for (const Port& port : ports_) {
    if (!port.daemon) continue;
    const auto* info = MHD_get_daemon_info(port.daemon.get(), MHD_DAEMON_INFO_EPOLL_FD);
    if (info != nullptr) polled.push_back({info->epoll_fd, POLLIN, 0});
  }
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

bool HttpService::on_header(Connection& connection) {
  if (auto refusal = refuse_unclear_end(headers_of(connection.handle)))
    return refuse(connection, *std::move(refusal));
  const char* length = MHD_lookup_connection_value(connection.handle, MHD_HEADER_KIND, "Content-Length");
  if (length == nullptr || !announces_too_much(length)) return true;
  return refuse(connection, too_large_response());
}

bool HttpService::on_complete(Connection& connection, const char* method, std::string_view version) {
  Exchange& exchange = *connection.exchange;
  if (exchange.late) return reply(connection, *exchange.late);
  if (exchange.awaited) return false;
  connection.deadline = mono_now() + kResponseTime;
  if (exchange.is_too_large) return refuse(connection, too_large_response());
  if (held_.is_behind(connection.from.address)) return refuse(connection, busy_response());
  const Instant now = instant_now();
  auto read = read_request(method, exchange.target, headers_of(connection.handle));
  if (auto* refusal = std::get_if<Response>(&read)) return refuse(connection, std::move(*refusal));
  auto& request = std::get<Request>(read);
  request.body = std::move(exchange.body);
  request.from = connection.from;
  request.to = connection.to;
  request.is_secure = connection.is_secure;
  request.is_http_1_0 = version == MHD_HTTP_VERSION_1_0;
  Outcome outcome = respond_(site_, request, now);
  if (const auto* response = std::get_if<Response>(&outcome)) return reply(connection, *response);
  if (const auto* stream = std::get_if<EventStream>(&outcome)) return start_stream(connection, *stream);
  return start_feeding(connection, std::move(std::get<FeedFirst>(outcome)));
}

bool HttpService::refuse(Connection& connection, Response response) {
  add_common_headers(response);
  add_time_fields(response, site_.hub.at(instant_now()));
  return reply(connection, response);
}

bool HttpService::reply(Connection& connection, const Response& response) {
  const std::size_t size = response.body.size();
  if (!held_.has_room_for(size)) return refuse(connection, busy_response());
  // The library copies the body.
  const ResponsePointer made{
      MHD_create_response_from_buffer(response.body.size(), const_cast<char*>(response.body.data()),
                                      MHD_RESPMEM_MUST_COPY),
      MHD_destroy_response};
  if (!made) return false;
  add_fields(*made, response);
  connection.exchange->held += size;
  held_.add(connection.from.address, size);
  return MHD_queue_response(connection.handle, static_cast<unsigned>(response.status), made.get()) == MHD_YES;
}

bool HttpService::start_stream(Connection& connection, const EventStream& stream) {
  auto reader = std::make_unique<HttpCallbacks::StreamReader>(HttpCallbacks::StreamReader{*this, connection});
  const ResponsePointer made{
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kStreamBlock, HttpCallbacks::read, reader.get(),
                                        HttpCallbacks::end_reader),
      MHD_destroy_response};
  if (!made) return false;
  static_cast<void>(reader.release());
  Response header{.type = "text/event-stream", .body = {}, .headers = {{"Cache-Control", "no-store"}}};
  add_common_headers(header);
  add_time_fields(header, site_.hub.at(instant_now()));
  add_fields(*made, header);
  connection.stream.emplace(stream.after, hello_text(site_.run, site_.events.last()));
  connection.last_read = mono_now();
  return MHD_queue_response(connection.handle, MHD_HTTP_OK, made.get()) == MHD_YES;
}

bool HttpService::start_feeding(Connection& connection, FeedFirst feed) {
  Exchange& exchange = *connection.exchange;
  exchange.then = std::move(feed.then);
  exchange.awaited = link_.feed(feed.sample, mono_now());
  feeding_.emplace(*exchange.awaited, &connection);
  suspend(connection);
  return true;
}

long HttpService::read_stream(Connection& connection, char* buffer, std::size_t size) {
  if (connection.is_dropped || !connection.stream) return MHD_CONTENT_READER_END_WITH_ERROR;
  connection.last_read = mono_now();
  const std::size_t sent = connection.stream->read(site_.events, {buffer, size});
  if (sent == 0) suspend(connection);
  return static_cast<long>(sent);
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
    add_time_fields(*connection.exchange->late, site_.hub.at(instant_now()));
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
