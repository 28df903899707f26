// SPDX-License-Identifier: MIT
// A small HTTP/1.1 server on lwIP: a few connections, requests and replies of a few hundred bytes, and
// timeouts, so that a silent client stalls nothing: kPatience for a request or the next one, and when all
// connections are taken, the one that was idle for longest gives way.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "firmware/net/http_request_parser.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

struct tcp_pcb;

namespace isletime::net {

struct HttpRequest {
  std::string_view method;  // "GET"
  std::string_view path;    // up to the question mark
  std::string_view query;   // what follows it
  std::string_view body;    // at most 512 bytes; more is answered 413 before any handler
  IpAddress from;
  MonoTime at;            // when its last byte arrived
  std::string_view host;  // the field Host, as the client sent it
  bool is_json = false;   // Content-Type is application/json, which no form of another site can send
};

// Texts must live until the handler returns. Type and body have 900 bytes together.
struct HttpReply {
  int status = 200;
  std::string_view type = "text/plain";
  std::string_view body = {};
  // Further fields of the header, each with its end of line: "Retry-After: 10\r\n".
  std::string_view fields = {};
};

class HttpServer {
 public:
  static constexpr seconds kPatience{10};
  static constexpr std::size_t kConnections = 3;

  using Handler = HttpReply (*)(void* context, const HttpRequest& request);

  HttpServer() = default;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Returns false if the port or memory is taken. It listens from then on.
  bool listen(std::uint16_t port, Handler handler, void* context);

 private:
  struct Callbacks;  // what lwIP calls
  struct Connection {
    HttpServer* server = nullptr;
    tcp_pcb* pcb = nullptr;
    std::uint8_t idle_seconds = 0;
    bool is_closing = false;  // it has had its last reply; what still arrives is ignored
    HttpRequestParser request;
  };

  Connection* place_for_new();
  bool serve(Connection& connection, IpAddress from);
  bool reply(Connection& connection, const HttpReply& reply);

  tcp_pcb* listener_ = nullptr;
  std::array<Connection, kConnections> connections_;
  Handler handler_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace isletime::net
