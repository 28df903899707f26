// SPDX-License-Identifier: MIT
// One HTTP/1.1 request at a time to one server, over a connection that is kept as long as the server keeps it
// (RFC 9112). A response must be complete within kPatience; see http_response_parser.hpp for what is taken.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/net/http_response_parser.hpp"
#include "firmware/net/tcp_stream.hpp"
#include "libsync/core/ip_address.hpp"

namespace isletime::net {

class HttpClient {
 public:
  static constexpr seconds kPatience{10};
  static constexpr std::size_t kMostRequest = 640;  // with its head

  // `status` is 0 if there was no answer: it may or may not have arrived. The handler may begin the next
  // request, or call reset(); the body is valid until then.
  using Handler = void (*)(void* context, int status, std::string_view body);

  // Returns false, and calls nothing, if a request is under way or cannot be sent now.
  bool post_json(const Endpoint& server, std::string_view path, std::string_view body, Handler handler,
                 void* context);
  bool is_busy() const { return is_busy_; }
  // Closes the connection, and ends a request without calling its handler.
  void reset();

 private:
  struct Callbacks;  // what the stream calls

  bool compose(const Endpoint& server, std::string_view path, std::string_view body);
  bool send();
  void take(Bytes bytes);
  void end(int status);

  TcpStream stream_;
  Endpoint server_;
  HttpResponseParser response_;
  std::array<char, kMostRequest> request_{};
  std::size_t size_ = 0;
  std::uint8_t waited_seconds_ = 0;
  bool is_connected_ = false;
  bool is_busy_ = false;
  Handler handler_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace isletime::net
