// SPDX-License-Identifier: MIT
// The part of HttpService that starts libmicrohttpd, and which that calls.
#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <microhttpd.h>
#include <utility>

#include <fcntl.h>

#include "tools/syncweb/serving/http_service.hpp"
#include "tools/syncweb/serving/socket_ends.hpp"

namespace isletime::syncweb {
namespace {

// The header of a request, its fields and the response's header must fit.
constexpr std::size_t kMemoryOfConnection = std::size_t{10} * 1024;
constexpr const char* kDoesNotStart = "libmicrohttpd does not start";
constexpr const char* kTlsPriorities = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1:%SERVER_PRECEDENCE";

MHD_Result to_result(bool is_good) {
  return is_good ? MHD_YES : MHD_NO;
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
};

void HttpService::DaemonEnd::operator()(MHD_Daemon* daemon) const {
  MHD_stop_daemon(daemon);
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

}  // namespace isletime::syncweb
