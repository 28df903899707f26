// SPDX-License-Identifier: MIT
#include "tools/syncweb/hub/hub_connection.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "libsync/posix/control_socket.hpp"
#include "libsync/posix/socket_file.hpp"

namespace isletime::syncweb {

std::optional<HubConnection> HubConnection::open(std::span<const std::string> paths) {
  for (const std::string& path : paths) {
    auto socket = open_local_socket();
    if (!socket) return std::nullopt;
    if (!connect_to(*socket, path)) return HubConnection{std::move(*socket), path};
  }
  return std::nullopt;
}

HubConnection::HubConnection(Fd socket, std::string path)
    : socket_(std::move(socket)), path_(std::move(path)), lines_(kLargestControlReply) {}

void HubConnection::send(std::string_view line) {
  output_ += line;
  output_ += '\n';
}

pollfd HubConnection::poll_entry() const {
  const int events = output_.empty() ? POLLIN : POLLIN | POLLOUT;
  return {socket_.get(), static_cast<short>(events), 0};
}

bool HubConnection::step() {
  return flush() && receive() && !is_broken_;
}

std::optional<std::string> HubConnection::take_line() {
  auto line = lines_.next();
  if (!line) return std::nullopt;
  is_broken_ |= line->is_cut;
  if (line->is_cut) return std::nullopt;
  return std::move(line->text);
}

bool HubConnection::flush() {
  while (!output_.empty()) {
    const ssize_t size = ::send(socket_.get(), output_.data(), output_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    output_.erase(0, static_cast<std::size_t>(size));
  }
  return true;
}

bool HubConnection::receive() {
  std::array<char, 65536> buffer;
  const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  lines_.add({buffer.data(), static_cast<std::size_t>(size)});
  return size > 0;
}

}  // namespace isletime::syncweb
