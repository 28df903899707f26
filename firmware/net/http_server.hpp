// SPDX-License-Identifier: MIT
// A small HTTP/1.1 server on lwIP: a few connections, requests and replies of a few hundred bytes, and
// timeouts, so that a silent client stalls nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::net {

struct HttpRequest {
  std::string_view method;  // "GET"
  std::string_view path;    // up to the question mark
  std::string_view query;   // what follows it
  std::string_view body;    // at most 512 bytes; more is answered 413 before any handler
  IpAddress from;
  MonoTime at;  // when its last byte arrived
};

// Texts must live until the handler returns.
struct HttpReply {
  int status = 200;
  std::string_view type = "text/plain";
  std::string_view body;
  // Further fields of the header, each with its end of line: "Retry-After: 10\r\n".
  std::string_view fields = {};
};

class HttpServer {
 public:
  using Handler = HttpReply (*)(void* context, const HttpRequest& request);
  bool listen(std::uint16_t port, Handler handler, void* context);
};

}  // namespace isletime::net
