// SPDX-License-Identifier: MIT
// A web server on loopback that replies as a test tells it to, one connection at a time as cameras do.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "libsync/posix/fd.hpp"

namespace isletime::fakes {

struct WebRequest {
  std::string head;  // "GET /path HTTP/1.1" and the headers
  std::string body;
};

class WebServer {
 public:
  // Returns the whole response; if it is empty, the connection is closed without a response.
  using Answer = std::function<std::string(const WebRequest&)>;

  explicit WebServer(Answer answer)
      : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_.get(), generic, size) != 0 || listen(listener_.get(), 8) != 0 ||
        getsockname(listener_.get(), generic, &size) != 0)
      throw std::runtime_error("no web server");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~WebServer() {
    is_to_stop_ = true;
    thread_.join();
  }
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  bool wait_for(const Fd& socket) const {
    while (!is_to_stop_) {
      pollfd polled{socket.get(), POLLIN, 0};
      if (poll(&polled, 1, 20) > 0) return true;
    }
    return false;
  }

  void serve() {
    while (wait_for(listener_)) {
      const Fd connection{accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
      const int one = 1;
      setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      while (connection.is_open() && answer_one(connection)) {
      }
    }
  }

  bool answer_one(const Fd& connection) {
    std::string text;
    WebRequest request;
    while (!is_whole(text, request)) {
      std::array<char, 4096> buffer{};
      if (!wait_for(connection)) return false;
      const ssize_t size = recv(connection.get(), buffer.data(), buffer.size(), 0);
      if (size <= 0) return false;
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    const std::string answer = answer_(request);
    return !answer.empty() && send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL) ==
                                  static_cast<ssize_t>(answer.size());
  }

  static bool is_whole(const std::string& text, WebRequest& request) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    request.head = text.substr(0, end);
    request.body = text.substr(end + 4);
    const auto length = request.head.find("Content-Length: ");
    return length == std::string::npos || request.body.size() >= std::stoul(request.head.substr(length + 16));
  }

  Answer answer_;
  Fd listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_to_stop_ = false;
  std::thread thread_;
};

// Each of the `headers` includes its line end.
inline std::string web_answer(const std::string& status, const std::string& headers,
                              const std::string& body = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace isletime::fakes
