// SPDX-License-Identifier: MIT
#include "firmware/net/http_client.hpp"

#include "libsync/core/text_writer.hpp"

namespace isletime::net {
namespace {

constexpr std::uint16_t kHttpPort = 80;

}  // namespace

struct HttpClient::Callbacks {
  static HttpClient& client(void* context) { return *static_cast<HttpClient*>(context); }

  static void connected(void* context) {
    HttpClient& self = client(context);
    self.is_connected_ = true;
    if (!self.send()) self.end(0);
  }

  static void received(void* context, Bytes bytes) { client(context).take(bytes); }

  static void closed(void* context) {
    HttpClient& self = client(context);
    self.is_connected_ = false;
    if (!self.is_busy_) return;
    self.end(self.response_.end() == HttpResponseParser::State::kDone ? self.response_.status() : 0);
  }

  static void second(void* context) {
    HttpClient& self = client(context);
    if (self.is_busy_ && ++self.waited_seconds_ > kPatience.count()) self.end(0);
  }
};

bool HttpClient::post_json(const Endpoint& server, std::string_view path, std::string_view body,
                           Handler handler, void* context) {
  if (is_busy_ || !compose(server, path, body)) return false;
  const bool is_kept = is_connected_ && server == server_;
  server_ = server;
  response_.restart();
  handler_ = handler;
  context_ = context;
  waited_seconds_ = 0;
  if (is_kept && send()) {
    is_busy_ = true;
    return true;
  }
  is_connected_ = false;
  constexpr TcpStream::Events kEvents{Callbacks::connected, Callbacks::received, Callbacks::closed,
                                      Callbacks::second};
  is_busy_ = stream_.connect(server, kEvents, this);
  return is_busy_;
}

void HttpClient::reset() {
  stream_.close();
  is_connected_ = false;
  is_busy_ = false;
}

bool HttpClient::compose(const Endpoint& server, std::string_view path, std::string_view body) {
  TextWriter request{request_};
  request.text("POST ").text(path).text(" HTTP/1.1\r\nHost: ").address(server.address);
  if (server.port != kHttpPort) request.text(":").number(server.port);
  request.text("\r\nContent-Type: application/json\r\nContent-Length: ").number(body.size());
  request.text("\r\n\r\n").text(body);
  size_ = request.view().size();
  return request.is_whole();
}

bool HttpClient::send() {
  return stream_.send({reinterpret_cast<const std::uint8_t*>(request_.data()), size_});
}

void HttpClient::take(Bytes bytes) {
  if (!is_busy_) return reset();  // nothing was asked for
  switch (response_.take(bytes)) {
    case HttpResponseParser::State::kIncomplete:
      return;
    case HttpResponseParser::State::kDone:
      return end(response_.status());
    case HttpResponseParser::State::kGarbled:
      return end(0);
  }
}

void HttpClient::end(int status) {
  if (status == 0 || response_.is_last()) reset();
  is_busy_ = false;
  handler_(context_, status, status == 0 ? std::string_view{} : response_.body());
}

}  // namespace isletime::net
