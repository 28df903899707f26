// SPDX-License-Identifier: MIT
// A client of a local socket that never blocks: it sends what a test tells it to, also nonsense, and reads
// what is there.
#pragma once

#include <array>
#include <string>

#include <sys/socket.h>

#include "libsync/posix/socket_file.hpp"

namespace isletime {

class LocalClient {
 public:
  explicit LocalClient(const std::string& path) {
    auto socket = open_local_socket();
    if (!socket || connect_to(*socket, path)) return;
    socket_ = std::move(*socket);
  }

  bool is_connected() const { return socket_.is_open(); }
  // Returns how many bytes were accepted.
  std::size_t say(const std::string& text) const {
    const ssize_t size = send(socket_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
  }
  void end_sending() const { shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_ = Fd{}; }

  // Returns everything read so far.
  const std::string& heard() {
    std::array<char, 65536> buffer{};
    for (;;) {
      const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size > 0) heard_.append(buffer.data(), static_cast<std::size_t>(size));
      if (size == 0) is_dropped_ = true;
      if (size < 0 && errno != EAGAIN) is_dropped_ = true;
      if (size <= 0) return heard_;
    }
  }
  // Returns whether the server has closed its end.
  bool is_dropped() {
    heard();
    return is_dropped_;
  }

 private:
  Fd socket_;
  std::string heard_;
  bool is_dropped_ = false;
};

}  // namespace isletime
