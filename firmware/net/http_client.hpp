// SPDX-License-Identifier: MIT
// One HTTP/1.1 request at a time to one server, over a connection that is kept as long as the server keeps it
// (RFC 9112).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/net/tcp_stream.hpp"
#include "libsync/core/ip_address.hpp"

namespace isletime::net {

class HttpClient {
 public:
  // `status` is 0 if there was no answer: it may or may not have arrived.
  using Handler = void (*)(void* context, int status, std::string_view body);

  // Returns false, and calls nothing, if a request is under way or cannot be sent now.
  bool post_json(const Endpoint& server, std::string_view path, std::string_view body, Handler handler,
                 void* context);
  bool is_busy() const;
  // Closes the connection, and ends a request without calling its handler.
  void reset();
};

}  // namespace isletime::net
