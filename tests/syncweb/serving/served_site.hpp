// SPDX-License-Identifier: MIT
// A site that is served on a port of loopback in the test's own thread, and clients that send it bytes.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/syncweb/serving/http_service.hpp"

namespace isletime::syncweb {

class ServedSite {
 public:
  explicit ServedSite(HttpService::Respond respond, const TlsKeys* keys = nullptr)
      : link_(paths_), service_(site, link_, log_, respond) {
    auto listener = open_listener({IpAddress::v4(0x7f00'0001), 0});
    if (!listener) {
      ADD_FAILURE() << to_string(listener.error());
      return;
    }
    local_ = listener->local;
    EXPECT_EQ(service_.serve(*std::move(listener), keys), std::nullopt);
  }

  // Returns false if `is_reached` does not become true.
  bool run_until(const std::function<bool()>& is_reached, nanoseconds most = seconds{20}) {
    const MonoTime end = mono_now() + most;
    while (!is_reached()) {
      if (mono_now() > end) return false;
      std::vector<pollfd> polled;
      service_.append_polled(polled);
      link_.append_polled(polled);
      poll(polled.data(), polled.size(), 10);
      link_.step(site, read_instant(mono_now, wall_now));
      service_.step();
    }
    return true;
  }

  Endpoint local() const { return local_; }

 private:
  const Options options_{};
  const Log log_{"test", Log::Level::kErrors};
  std::vector<std::string> paths_;

 public:
  Site site{options_};

 private:
  HubLink link_;
  HttpService service_;
  Endpoint local_;
};

class RawWebClient {
 public:
  explicit RawWebClient(const ServedSite& served, IpAddress source = IpAddress::v4(0x7f00'0001))
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const SocketAddress own = to_socket_address({source, 0});
    EXPECT_EQ(bind(socket_.get(), &own.generic, own.length), 0);
    const SocketAddress address = to_socket_address(served.local());
    EXPECT_EQ(connect(socket_.get(), &address.generic, address.length), 0);
    EXPECT_EQ(fcntl(socket_.get(), F_SETFL, O_NONBLOCK), 0);
  }

  void send(std::string_view bytes) {
    EXPECT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // Returns everything that has come so far.
  const std::string& received() {
    std::array<char, 65536> buffer;
    for (;;) {
      const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (size == 0 || (size < 0 && errno != EAGAIN)) has_ended_ = true;
      if (size <= 0) return received_;
      received_.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }
  // Returns whether anything has come, and leaves it there.
  bool has_some() const {
    char first = 0;
    return recv(socket_.get(), &first, 1, MSG_PEEK) == 1;
  }
  bool has(std::string_view text) { return received().find(text) != std::string::npos; }
  std::size_t count(std::string_view text) {
    std::size_t count = 0;
    for (auto at = received().find(text); at != std::string::npos; at = received_.find(text, at + 1)) ++count;
    return count;
  }
  bool has_ended() {
    received();
    return has_ended_;
  }
  void close() { socket_ = Fd{}; }
  int descriptor() const { return socket_.get(); }

 private:
  Fd socket_;
  std::string received_;
  bool has_ended_ = false;
};

}  // namespace isletime::syncweb
